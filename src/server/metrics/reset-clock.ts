import type { Registry } from "prom-client";
import type { PoolView } from "../../model/engine.js";
import type { PoolEvent } from "../../pool/core/pool-event.js";
import { createPoolHistogram, variantsOf } from "./pool-series.js";
import { toSeconds } from "./seconds.js";

type Step = Extract<PoolEvent, { readonly type: "transition" }>;

/** What resets take, the steps and the proof together. */
export interface ResetClock {
  observe(step: Step): void;
  /** It is gone. */
  forget(containerId: string): void;
  keep(views: readonly PoolView[], pools: ReadonlySet<string>): void;
}

/** Seconds, from 1 ms to a minute. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

const RESULTS = {
  ready: "clean",
  quarantined: "quarantined",
  error: "failed",
  draining: "replaced",
} as const;

export function createResetClock(registry: Registry): ResetClock {
  const taken = createPoolHistogram(registry, {
    name: "warm_reset_seconds",
    help: "Seconds from the end of a lease until the engine was clean again, or was not; replaced: it was due to go.",
    labels: ["result"],
    variants: variantsOf(Object.values(RESULTS)),
    buckets: BUCKETS,
  });
  /** What the steps took, ms, of engines whose proof is being made, by container ID. */
  const steps = new Map<string, number>();

  return {
    observe({ pool, containerId, from, to, spentMs }) {
      if (from !== "resetting" && from !== "verifying") return;
      if (to === "verifying") {
        steps.set(containerId, spentMs);
        return;
      }
      const before = from === "verifying" ? (steps.get(containerId) ?? 0) : 0;
      steps.delete(containerId);
      if (to === "starting" || to === "leased" || to === "resetting") return;
      taken.of(pool)[RESULTS[to]].observe(toSeconds(before + spentMs));
    },
    forget: (containerId) => void steps.delete(containerId),
    keep(views, pools) {
      taken.keep(pools);
      if (steps.size === 0) return;
      const standing = new Set(views.flatMap(({ engines }) => engines.map(({ containerId }) => containerId)));
      for (const containerId of steps.keys()) if (!standing.has(containerId)) steps.delete(containerId);
    },
  };
}
