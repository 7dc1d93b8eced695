import { median } from "../../bench/measure.js";

const GROWTH = 1.25;
const GROWTH_MB = 5;
const FEWEST_SAMPLES = 60;

/** @param samples one a second of one watcher, in MB; too few say nothing */
export function checkMemory(samples: readonly number[]): string[] {
  if (samples.length < FEWEST_SAMPLES) return [];
  const quarter = (n: number) =>
    samples.slice(Math.floor((samples.length * n) / 4), Math.floor((samples.length * (n + 1)) / 4));
  const [before, after] = [median(quarter(1)), median(quarter(3))];
  if (after <= GROWTH * before + GROWTH_MB) return [];
  return [`memory grew from ${before.toFixed(1)} to ${after.toFixed(1)} MB`];
}
