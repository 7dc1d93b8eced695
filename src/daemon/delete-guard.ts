import type { Clock } from "../apply/apply-context.js";
import type { Plan } from "../model/plan.js";
import type { Address } from "../model/resource.js";
import type { WatchLog } from "./log/watch-log.js";
import type { MassDelete } from "./pass/mass-delete.js";
import type { Teller } from "./tell.js";

/** Deletions that were held back because there were too many of them, and what somebody has allowed of them. */
export interface DeleteGuard {
  readonly held: (MassDelete & { readonly sinceMs: number }) | undefined;
  isAllowed(address: Address): boolean;
  /**
   * Somebody allows what is held back now, once.
   * @param isAll whatever the next pass finds, too
   * @returns how many that are
   */
  allow(isAll: boolean): number;
  /** Nothing is allowed any more. */
  forbid(): void;
  /** Takes in what a pass found, and tells it. */
  see(plan: Plan, found: MassDelete | undefined): void;
}

export function createDeleteGuard(teller: Teller, log: WatchLog, clock: Clock): DeleteGuard {
  let held: DeleteGuard["held"];
  let allowed: ReadonlySet<Address> = new Set();
  let allowsAll = false;
  const isAllowed = (address: Address) => allowsAll || allowed.has(address);

  function tell(found: MassDelete | undefined): void {
    if (found === undefined) {
      if (held !== undefined) log.info("guard satisfied", { detail: "nothing is held back any more" });
      held = undefined;
      return;
    }
    const { addresses, owned } = found;
    const deletes = addresses.length;
    if (held?.addresses.length === deletes && held.owned === owned) return;
    held = { ...found, sinceMs: held?.sinceMs ?? clock.now() };
    teller.guardRefused(
      `this file would delete ${deletes} of the ${owned} objects that are ours: nothing but drift is corrected until the file is, or until \`warm resume --allow-deletes\``,
      { deletes, owned },
    );
  }

  return {
    get held() {
      return held;
    },
    isAllowed,
    allow(isAll) {
      allowed = new Set(held?.addresses);
      allowsAll = isAll;
      return allowed.size;
    },
    forbid() {
      allowed = new Set();
      allowsAll = false;
    },
    see(plan, found) {
      tell(found);
      // What was allowed was allowed once: a permission ends with the last of its deletions.
      const deletes = plan.changes.filter(({ action }) => action === "delete");
      allowed = new Set(deletes.map(({ address }) => address).filter(isAllowed));
      allowsAll = false;
    },
  };
}
