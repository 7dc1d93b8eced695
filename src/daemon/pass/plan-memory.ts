import type { Demand } from "../../model/engine.js";
import type { Observed } from "../../model/observed.js";
import type { Plan } from "../../model/plan.js";
import type { Desired } from "../../model/resource.js";
import { NO_OPTIONS, planProject } from "../../plan/plan-project.js";

/**
 * Plans, and takes the last plan again where its inputs are the very same objects: planning is pure. What a plan says of
 * a session with a time to live changes with the time alone, and what it says of engines with what they are doing: those
 * are always made anew.
 */
export function createPlanMemory(): (desired: Desired, observed: Observed, demand: Demand) => Plan {
  let last: { readonly desired: Desired; readonly observed: Observed; readonly plan: Plan } | undefined;
  return (desired, observed, demand) => {
    if (
      last !== undefined &&
      last.desired === desired &&
      isSame(last.observed, observed) &&
      desired.pools.length + demand.size === 0 &&
      !hasExpiry(desired)
    )
      return last.plan;
    const plan = planProject(desired, observed, NO_OPTIONS, demand);
    last = { desired, observed, plan };
    return plan;
  };
}

const LISTS = ["images", "networks", "volumes", "containers", "registryDigests"] as const;

function isSame(before: Observed, now: Observed): boolean {
  return before.reach === now.reach && LISTS.every((list) => before[list] === now[list]);
}

function hasExpiry({ resources }: Desired): boolean {
  return resources.some(
    (resource) => resource.kind === "volume" && resource.role === "session" && resource.ttlMs !== undefined,
  );
}
