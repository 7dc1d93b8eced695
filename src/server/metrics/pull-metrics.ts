import { Counter, Histogram, type Registry } from "prom-client";
import type { Address } from "../../model/resource.js";
import { createBoundedLabel } from "./bounded-label.js";
import { registryOf } from "./registry-of.js";
import { toSeconds } from "./seconds.js";

/** What pulls of images take. */
export interface PullMetrics {
  addBytes(image: Address, bytes: number): void;
  finish(image: Address, result: "done" | "failed", ms: number): void;
}

/** Seconds, from half a second to an hour. */
const BUCKETS = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600];
/** A template that is asked for may name any registry. */
const MOST_REGISTRIES = 30;

export function createPullMetrics(registry: Registry): PullMetrics {
  const registers = [registry];
  const bounded = createBoundedLabel(MOST_REGISTRIES);
  const labelOf = (address: Address) => bounded(registryOf(address.slice("image.".length)));
  const taken = new Histogram({
    ...{ name: "warm_image_pull_seconds", help: "Seconds of pulls, with their further tries." },
    ...{ labelNames: ["registry", "result"], buckets: BUCKETS, registers },
  });
  const bytesPulled = new Counter({
    ...{ name: "warm_image_pull_bytes_total", help: "Bytes of image layers that were downloaded." },
    ...{ labelNames: ["registry"], registers },
  });
  return {
    addBytes: (image, bytes) => bytesPulled.inc({ registry: labelOf(image) }, bytes),
    finish: (image, result, ms) => taken.observe({ registry: labelOf(image), result }, toSeconds(ms)),
  };
}
