import type { PoolDemand } from "../../model/engine.js";
import type { PoolResource } from "../../model/pool.js";

/** How many engines a pool has to have. Where nobody leases any, none is in use and the spare ones are all. */
export function countWanted({ policy }: PoolResource, demand: PoolDemand | undefined): number {
  const { min, max, spare } = policy.size;
  return demand?.target ?? Math.min(max, Math.max(min, spare));
}
