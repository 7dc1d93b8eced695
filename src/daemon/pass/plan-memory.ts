import type { Observed } from "../../model/observed.js";
import type { Plan } from "../../model/plan.js";
import type { Desired } from "../../model/resource.js";
import { planProject } from "../../plan/plan-project.js";

/**
 * Plans, and takes the last plan again where its inputs are the very same objects: planning is pure. What a plan says of
 * a session with a time to live changes with the time alone, so that it is always made anew.
 */
export function createPlanMemory(): (desired: Desired, observed: Observed) => Plan {
  let last: { readonly desired: Desired; readonly observed: Observed; readonly plan: Plan } | undefined;
  return (desired, observed) => {
    if (
      last !== undefined &&
      last.desired === desired &&
      isSame(last.observed, observed) &&
      !hasExpiry(desired)
    )
      return last.plan;
    const plan = planProject(desired, observed);
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
