import type { Registry } from "prom-client";
import type { PoolView } from "../../model/engine.js";
import type { PoolEvent } from "../../pool/core/pool-event.js";
import { createPoolCounter, PLAIN, variantsOf } from "./pool-series.js";
import { RECYCLE_REASONS, recycleReason } from "./recycle-reason.js";
import { createResetClock } from "./reset-clock.js";
import { SCALE_REASONS, scaleReason } from "./scale-reason.js";
import type { StartTimes } from "./start-times.js";

export type EngineEvent = Exclude<
  PoolEvent,
  { readonly type: `lease-${string}` | `waiter-${string}` | "refused" }
>;
type Step = Extract<EngineEvent, { readonly type: "transition" }>;

export interface EngineMetrics {
  observe(event: EngineEvent): void;
  read(views: readonly PoolView[] | undefined, pools: ReadonlySet<string> | undefined): void;
}

/** The lives of engines: begun, ready, reset, set aside, taken away; and how many there are to be. */
export function createEngineMetrics(registry: Registry, starts: StartTimes): EngineMetrics {
  const resets = createResetClock(registry);
  const begun = createPoolCounter(registry, {
    name: "warm_refill_total",
    help: "Engines that were begun.",
    variants: PLAIN,
  });
  const quarantined = createPoolCounter(registry, {
    name: "warm_quarantine_total",
    help: "Engines that were set aside for a look, by what failed: their reset, or the proof that it is clean.",
    labels: ["reason"],
    variants: variantsOf(["reset", "verify"]),
  });
  const recycled = createPoolCounter(registry, {
    name: "warm_recycle_total",
    help: "Engines that were taken out of service, by when.",
    labels: ["reason"],
    variants: variantsOf(RECYCLE_REASONS),
  });
  const scaled = createPoolCounter(registry, {
    name: "warm_scale_decisions_total",
    help: "Changes of how many engines a pool has to have, by direction and cause.",
    labels: ["direction", "reason"],
    variants: Object.fromEntries(
      SCALE_REASONS.flatMap((reason) => [
        [`up ${reason}`, ["up", reason]],
        [`down ${reason}`, ["down", reason]],
      ]),
    ) as Record<`${"up" | "down"} ${(typeof SCALE_REASONS)[number]}`, [string, string]>,
  });

  function step(event: Step): void {
    const { pool, from, to, reason, spentMs } = event;
    resets.observe(event);
    if (from === undefined) begun.of(pool).all.inc();
    if (from === "starting" && to === "ready") starts.add(pool, "starting", spentMs);
    if (to === "quarantined") quarantined.of(pool)[from === "verifying" ? "verify" : "reset"].inc();
    if (to === "draining" && from !== undefined) recycled.of(pool)[recycleReason(from, reason)].inc();
  }

  return {
    observe(event) {
      switch (event.type) {
        case "transition":
          return step(event);
        case "engine-gone":
          return resets.forget(event.containerId);
        case "scaled": {
          const direction = event.to > event.from ? "up" : "down";
          return scaled.of(event.pool)[`${direction} ${scaleReason(event.decision)}`].inc();
        }
        // Whether one is open is read.
        case "breaker-opened":
        case "breaker-closed":
          return;
        default:
          return event satisfies never;
      }
    },
    read(views, pools) {
      if (views === undefined || pools === undefined) return;
      for (const series of [begun, quarantined, recycled, scaled]) series.keep(pools);
      resets.keep(views, pools);
    },
  };
}
