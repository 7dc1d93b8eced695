import { spawn } from "node:child_process";
import type { Sample, Series, Who } from "./figure.js";

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** @param share 0.99: the value that 99 of 100 do not exceed */
export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? Number.NaN;
}

export function summarise(values: readonly number[]): Sample {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return { median: median(values), min, max, runs: values.length };
}

/** One number that stands for so many measurements, as a percentile does: its spread is not known. */
export function single(value: number, runs: number): Sample {
  return { median: value, min: value, max: value, runs };
}

/** What some did, by their names: the first is warm. */
export function toSeries(measured: { readonly [who in Who]?: readonly number[] }): Series[] {
  return Object.entries(measured).map(([who, values]) => ({ who: who as Who, ...summarise(values) }));
}

/**
 * Runs all in turn, so that a slow moment of the machine hits each of them, and each round begins with another.
 * @param contenders each does its work once; what it returns is its measurement, usually its own milliseconds
 * @returns all measurements of each, for `toSeries`
 */
export async function compare<Contender extends Who>(
  runs: number,
  contenders: Readonly<Record<Contender, () => Promise<number>>>,
): Promise<Record<Contender, number[]>> {
  const names = Object.keys(contenders) as Contender[];
  const measured = Object.fromEntries(names.map((who) => [who, [] as number[]])) as Record<
    Contender,
    number[]
  >;
  for (let run = 0; run < runs; run += 1) {
    for (const turn of names.keys()) {
      const who = names[(run + turn) % names.length] as Contender;
      measured[who].push(await contenders[who]());
    }
  }
  return measured;
}

export async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

/** Milliseconds of one whole process. @throws Error when it does not end with 0. */
export async function timeProcess(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`node ${args.join(" ")} ended with ${code}: ${errors}`);
  return performance.now() - startedAt;
}
