import type { Demand, PoolDemand } from "../model/engine.js";
import type { ObservedContainer } from "../model/observed.js";
import type { Change } from "../model/plan.js";
import type { Desired } from "../model/resource.js";
import type { Decided, Requests } from "./decision.js";
import { deleteEngine, keepOrphan } from "./engines/engine-changes.js";
import { findEngines, groupEngines } from "./engines/find-engines.js";
import { isBusy } from "./engines/judge-engine.js";
import { planPool } from "./engines/plan-pool.js";
import type { HostIndex } from "./index-observed.js";

/**
 * Plans the engines of every pool, and of those that are no longer declared.
 * @param decided of the networks and images
 * @param demand what is known beyond Docker: who uses which engine, and how many are needed
 */
export function planEngines(
  desired: Desired,
  index: HostIndex,
  decided: Decided,
  requests: Requests,
  demand: Demand,
): Change[] {
  const groups = groupEngines(index);
  const wanted = new Set(desired.pools.map(({ id }) => id));
  const orphaned = [...groups].filter(([id]) => !wanted.has(id));
  return [
    ...desired.pools.flatMap((pool) =>
      planPool({ pool, index, decided, requests }, groups.get(pool.id) ?? [], demand.get(pool.id)),
    ),
    ...orphaned.flatMap(([id, containers]) => planOrphans(desired, containers, demand.get(id))),
  ];
}

/** A lease outlives its pool: the engine stays until it is given back. */
function planOrphans(
  { prune, prefix }: Desired,
  containers: readonly ObservedContainer[],
  demand: PoolDemand | undefined,
): Change[] {
  if (prune === "none") return [];
  return findEngines(containers, prefix, demand).map((engine) =>
    isBusy(engine) ? keepOrphan(engine) : deleteEngine(engine, ["orphaned"]),
  );
}
