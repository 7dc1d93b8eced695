import type { Hold } from "../../model/daemon-status.js";
import { LABEL } from "../../model/labels.js";
import type { Observed } from "../../model/observed.js";
import { type Change, isChange, type Plan } from "../../model/plan.js";
import type { Address } from "../../model/resource.js";

export interface Selection {
  readonly due: readonly Change[];
  /** Changes that are not made now, and why. */
  readonly held: ReadonlyMap<Address, Hold>;
}

/**
 * All of a plan that earlier passes are still at work on. A successor or a seeder under way stands in it as something to
 * remove: whose it is, its label says.
 */
export function findInFlight(
  plan: Plan,
  observed: Observed,
  inFlight: ReadonlySet<Address>,
): ReadonlySet<Address> {
  if (inFlight.size === 0) return inFlight;
  const ownerById = new Map(observed.containers.map(({ id, labels }) => [id, labels[LABEL.address]]));
  const others = plan.changes.flatMap(({ address, kind, precondition }) => {
    const owner = kind === "container" && precondition.exists ? ownerById.get(precondition.id) : undefined;
    return owner !== undefined && inFlight.has(owner) ? [address] : [];
  });
  return new Set([...inFlight, ...others]);
}

/**
 * Parts the changes of a plan into those to make now and those to leave alone: work that an earlier pass began
 * is still under way, some resources are backing off, and what depends on either has to wait for it. Pure.
 * @param inFlight as `findInFlight` gives it
 * @param holdOf why a change is left alone for its own sake
 */
export function selectDue(
  plan: Plan,
  inFlight: ReadonlySet<Address>,
  holdOf: (change: Change) => Hold | undefined,
): Selection {
  const changes = new Map(plan.changes.filter(isChange).map((change) => [change.address, change]));
  const own = new Map<Address, Hold | undefined>();
  for (const change of changes.values())
    own.set(change.address, inFlight.has(change.address) ? "in-flight" : holdOf(change));
  const decided = new Map<Address, Hold | undefined>();

  /** To fill a volume anew takes its container down: not while that one is not to be touched. */
  function isMountedByHeld({ address, kind, action }: Change): boolean {
    if (kind !== "volume" || action !== "replace") return false;
    return [...changes.values()].some(
      (user) => user.dependsOn.includes(address) && own.get(user.address) !== undefined,
    );
  }

  function decide(change: Change): Hold | undefined {
    const { address, dependsOn } = change;
    if (decided.has(address)) return decided.get(address);
    const isWaiting = () => isMountedByHeld(change) || dependsOn.some(isHeld);
    const hold = own.get(address) ?? (isWaiting() ? "waiting" : undefined);
    decided.set(address, hold);
    return hold;
  }

  function isHeld(address: Address): boolean {
    const parent = changes.get(address);
    return inFlight.has(address) || (parent !== undefined && decide(parent) !== undefined);
  }

  for (const change of changes.values()) decide(change);
  const held = new Map<Address, Hold>();
  for (const [address, hold] of decided) if (hold !== undefined) held.set(address, hold);
  return { due: [...changes.values()].filter(({ address }) => !held.has(address)), held };
}
