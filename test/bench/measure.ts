import { spawn } from "node:child_process";

/** One bar of the project: what we measured beside a bare reference of the same run. */
export interface Measurement {
  readonly name: string;
  /** Medians, in the unit that `name` says. */
  readonly ours: number;
  readonly reference: number;
  readonly unit: string;
  /** ours / reference must be at most this; undefined where the bar is `ours` itself. */
  readonly maxRatio?: number;
  readonly max?: number;
  readonly min?: number;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Runs the two in turn, so that a slow moment of the machine hits both; medians in ms. */
export async function compare(
  runs: number,
  ours: () => Promise<number>,
  reference: () => Promise<number>,
): Promise<{ ours: number; reference: number }> {
  const times = { ours: [] as number[], reference: [] as number[] };
  for (let run = 0; run < runs; run += 1) {
    times.reference.push(await reference());
    times.ours.push(await ours());
  }
  return { ours: median(times.ours), reference: median(times.reference) };
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

export function isMet({ ours, reference, maxRatio, max, min }: Measurement): boolean {
  const isInRatio = maxRatio === undefined || ours / reference <= maxRatio;
  return isInRatio && (max === undefined || ours <= max) && (min === undefined || ours >= min);
}

export function formatMeasurement(measurement: Measurement): string {
  const { name, ours, reference, unit, maxRatio, max, min } = measurement;
  const ratio = ours / reference;
  const bar =
    maxRatio === undefined
      ? `bar ${max ?? min} ${unit}`
      : `ratio ${ratio.toFixed(3)}, bar ${Number(maxRatio.toFixed(3))}`;
  const beside = Number.isNaN(reference) ? "" : ` (reference ${reference.toFixed(2)} ${unit})`;
  const numbers = `${ours.toFixed(2)} ${unit}${beside}`;
  return `${isMet(measurement) ? "met     " : "NOT MET "} ${name}: ${numbers}, ${bar}`;
}
