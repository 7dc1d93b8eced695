import type { Registry } from "prom-client";
import { createPoolHistogram, variantsOf } from "./pool-series.js";
import { toSeconds } from "./seconds.js";

/** What it takes to make an engine, in two parts that are told by different sides. */
export interface StartTimes {
  /** creating: Docker makes the container · starting: from then on until it is ready */
  add(pool: string, stage: "creating" | "starting", ms: number): void;
  keep(pools: ReadonlySet<string>): void;
}

/** Seconds, from 0.1 s to five minutes. */
const BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 300];

export function createStartTimes(registry: Registry): StartTimes {
  const times = createPoolHistogram(registry, {
    name: "warm_create_seconds",
    help: "Seconds to make an engine: creating its container, and from then on until it is ready.",
    labels: ["stage"],
    variants: variantsOf(["creating", "starting"]),
    buckets: BUCKETS,
  });
  return {
    add: (pool, stage, ms) => times.of(pool)[stage].observe(toSeconds(ms)),
    keep: times.keep,
  };
}
