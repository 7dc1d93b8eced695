import { WarmError } from "../errors.js";
import type { Pools } from "./pools.js";

/**
 * The pools as they are kept at each moment: keeping may end, when the lock is lost, and begin anew.
 * @throws (its methods) WarmError `no-watcher` while nobody keeps them here
 */
export function followPools(current: () => Pools | undefined): Pools {
  const now = (): Pools => {
    const pools = current();
    if (pools !== undefined) return pools;
    throw new WarmError("no-watcher", "nobody keeps the pools here just now", {
      hint: "another process may have the project's lock: `warm status` says who",
    });
  };
  return {
    lease: async (pool, request) => now().lease(pool, request),
    renew: async (...asked) => now().renew(...asked),
    release: async (...asked) => now().release(...asked),
    exec: async (...asked) => now().exec(...asked),
    leases: () => now().leases(),
    view: (pool) => now().view(pool),
    views: () => now().views(),
    recycle: async (...asked) => now().recycle(...asked),
    canary: async (...asked) => now().canary(...asked),
  };
}
