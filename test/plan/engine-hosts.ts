import type { Demand } from "../../src/model/engine.js";
import type { Observed, ObservedContainer } from "../../src/model/observed.js";
import type { PlanOptions } from "../../src/model/plan.js";
import type { PoolResource } from "../../src/model/pool.js";
import { NO_OPTIONS, planProject } from "../../src/plan/plan-project.js";
import { buildDesired, buildWarm } from "./builders.js";
import { anEngine } from "./engine-builders.js";
import { printPlan } from "./print-plan.js";

export const desiredOf = (...pools: readonly PoolResource[]) => buildDesired({ templates: {}, pools });

/** A host on which all but the engines is there. */
export function hostOf(pool: PoolResource, engines: readonly ObservedContainer[]): Observed {
  return { ...buildWarm(desiredOf(pool)), containers: engines };
}

export function planOf(
  pool: PoolResource,
  engines: readonly ObservedContainer[],
  demand?: Demand,
  options: Partial<PlanOptions> = {},
): string {
  const asked = { ...NO_OPTIONS, ...options };
  return printPlan(planProject(desiredOf(pool), hostOf(pool, engines), asked, demand));
}

/** The engines in slots 1 to `count`. */
export const enginesOf = (pool: PoolResource, count: number) =>
  Array.from({ length: count }, (_, index) => anEngine(pool, index + 1));
