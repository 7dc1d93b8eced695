import { readHealths } from "../../apply/health/read-healths.js";
import type { Observed } from "../../model/observed.js";
import type { Desired } from "../../model/resource.js";
import { planProject } from "../../plan/plan-project.js";

/**
 * Containers that run and were found not to answer. Docker knows nothing of it where the image has no health check of its
 * own, so that to a plan they look well.
 */
export interface SickContainers {
  add(id: string): void;
  /**
   * The snapshot with what we know of them: those that answered lately are well again, those that are gone are forgotten.
   * @returns the same snapshot when there is none
   */
  mark(observed: Observed, desired: Desired): Observed;
}

export function createSickContainers(): SickContainers {
  const ids = new Set<string>();
  let isProbing = false;

  /** Beside the passes: one that hangs must not hold up those that heal others. */
  async function probe(observed: Observed, desired: Desired): Promise<void> {
    isProbing = true;
    const plan = planProject(desired, observed);
    const suspects = plan.changes.filter(({ precondition: p }) => p.exists && ids.has(p.id));
    const healths = await readHealths(desired, { ...plan, changes: suspects }, observed).catch(
      () => undefined,
    );
    for (const { address, precondition } of suspects)
      if (precondition.exists && healths?.get(address) === "healthy") ids.delete(precondition.id);
    isProbing = false;
  }

  return {
    add: (id) => void ids.add(id),
    mark(observed, desired) {
      const standing = new Set(
        observed.containers.filter(({ state }) => state === "running").map(({ id }) => id),
      );
      for (const id of ids) if (!standing.has(id)) ids.delete(id);
      if (ids.size === 0) return observed;
      if (!isProbing) void probe(observed, desired);
      const containers = observed.containers.map((container) =>
        ids.has(container.id) ? { ...container, health: "unhealthy" as const } : container,
      );
      return { ...observed, containers };
    },
  };
}
