import type { Clock } from "../../apply/apply-context.js";
import type { ApplyEvent } from "../../model/event.js";
import type { Change } from "../../model/plan.js";
import type { Address } from "../../model/resource.js";
import { isGivenUp } from "../host-link.js";
import type { WatchLog } from "../log/watch-log.js";
import type { Ledger } from "../state/ledger.js";
import type { Teller } from "../tell.js";
import type { SickContainers } from "./sick-containers.js";

export interface OutcomeTools {
  readonly ledger: Ledger;
  readonly sick: SickContainers;
  readonly teller: Teller;
  readonly log: WatchLog;
  readonly clock: Clock;
}

/** What becomes of the work that passes begin: remembered in the ledger and told. */
export interface WorkOutcomes {
  /** @param hinted containers that were taken for dead on the word of an event */
  begin(due: readonly Change[], hinted: ReadonlySet<string>): void;
  onEvent(event: ApplyEvent, change: Change): void;
  onSettled(address: Address): void;
}

type Failure = Extract<ApplyEvent, { type: "action-failed" }>;

export function createWorkOutcomes({ ledger, sick, teller, log, clock }: OutcomeTools): WorkOutcomes {
  const heals = new Set<Address>();
  /** Begun on the word of an event alone: the next look tells what became of the container. */
  const hasty = new Set<Address>();

  function fail(event: Failure, change: Change): void {
    const { address, precondition } = change;
    const { code, message, hint, logs } = event;
    if (isGivenUp(code) || (hasty.has(address) && code !== "unhealthy")) {
      log.debug("change given up", { address, code, detail: message });
      return;
    }
    const tries = ledger.failed(address, { code, message, hint, logs }, clock.now());
    // The pass tells of a host that is away. The back-off is for a call that alone is cut off.
    if (code === "host-unreachable") return;
    if (code === "unhealthy" && isInPlace(change) && precondition.exists) sick.add(precondition.id);
    teller.failed(change, event, tries);
  }

  return {
    begin(due, hinted) {
      for (const change of due) {
        const { address, precondition } = change;
        if (ledger.isDrift(change)) heals.add(address);
        if (precondition.exists && hinted.has(precondition.id)) hasty.add(address);
      }
    },
    onEvent(event, change) {
      const { address } = change;
      if (event.type === "action-done") {
        ledger.done(address, heals.has(address), clock.now());
        teller.done(change, event, heals.has(address));
      } else if (event.type === "action-failed") fail(event, change);
      else log.debug(event.type, { address, detail: "message" in event ? event.message : undefined });
    },
    onSettled(address) {
      heals.delete(address);
      hasty.delete(address);
    },
  };
}

/** Whether the container itself was worked on, and not a successor that is gone again by now. */
function isInPlace({ action }: Change): boolean {
  return action === "start" || action === "update";
}
