import type { Observed } from "../../model/observed.js";

/**
 * Containers whose end Docker has told and not yet entered in its list: it releases their networks in between, for some 40 ms.
 * To wait for the list would double the time that a template is away.
 */
export interface KnownDeaths {
  add(containerId: string, nowMs: number): void;
  /** It is being started again: from now on the list is right. */
  forget(containerId: string): void;
  /** @returns the snapshot with the dead as `exited`, the same one when nothing is to be added, and who they are */
  mark(
    observed: Observed,
    nowMs: number,
  ): { readonly observed: Observed; readonly hinted: ReadonlySet<string> };
}

/** After so long the list knows better: somebody has started it. */
const LAG_MS = 1_500;

export function createKnownDeaths(): KnownDeaths {
  const deaths = new Map<string, number>();
  return {
    add: (id, nowMs) => void deaths.set(id, nowMs),
    forget: (id) => void deaths.delete(id),
    mark(observed, nowMs) {
      for (const [id, atMs] of deaths) if (atMs < nowMs - LAG_MS) deaths.delete(id);
      if (deaths.size === 0) return { observed, hinted: new Set() };
      const hinted = new Set<string>();
      const containers = observed.containers.map((container) => {
        if (!deaths.has(container.id)) return container;
        if (container.state !== "running") {
          deaths.delete(container.id);
          return container;
        }
        hinted.add(container.id);
        return { ...container, state: "exited" as const, health: undefined };
      });
      return { observed: { ...observed, containers }, hinted };
    },
  };
}
