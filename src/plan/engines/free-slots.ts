import { engineName } from "../../model/names.js";
import type { PoolResource } from "../../model/pool.js";
import type { HostIndex } from "../index-observed.js";
import type { FoundEngine } from "./find-engines.js";

export interface FreeSlots {
  /** The lowest slot that is free, which it is no more from here on. */
  take(): number;
  /** Whether a new engine could have the name of this one's slot once this one is gone. */
  canStandAgain(engine: FoundEngine): boolean;
}

/**
 * Hands out the slots of a pool in which nothing of ours stands and whose Docker name nobody holds. A name that
 * is taken is no conflict: no engine needs a number of its own.
 */
export function findFreeSlots(
  { id, prefix }: PoolResource,
  engines: readonly FoundEngine[],
  index: HostIndex,
): FreeSlots {
  const holderOf = (slot: number) => index.containersByName.get(engineName(prefix, id, slot));
  const standing = engines.filter(({ role }) => role !== "quarantined");
  const occupied = new Set(standing.map(({ slot }) => slot));
  let last = 0;
  return {
    take() {
      do last += 1;
      while (occupied.has(last) || holderOf(last) !== undefined);
      return last;
    },
    canStandAgain({ slot, container, role }) {
      if (role === "copy") return false;
      const holder = holderOf(slot);
      return holder === undefined || holder.id === container.id;
    },
  };
}
