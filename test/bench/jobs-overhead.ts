import type { JobOutcome, JobTimings } from "../../src/model/job.js";
import { DONE, EXTRACTED, gamePool, READY } from "./jobs-game.js";
import type { BenchPool, KeptPools, TimedJob } from "./jobs-pools.js";
import type { Reference } from "./jobs-reference.js";
import type { JobRow } from "./jobs-report.js";
import { median } from "./measure.js";

/** What warm may add to an engine's own time, ms. */
const MAX_OVERHEAD_MS = 25;
const MAX_HIT_MS = 10;
/** The end of a command in the bare shell. */
const SHELL_DONE = "bare command done";

/** Makes a small world on the spot, and says which. */
const MAKE_WORLD = `printf 'world seed: %s\\n' "$1"; printf '{"seed":"%s"}\\n' "$1" > ${EXTRACTED}/biomes.json`;
const OUTPUT = `{ from: ${EXTRACTED}, to: extracted, require: [biomes.json] }`;

/** Pools whose engines have next to nothing to do. */
export function overheadPools(image: string): Record<"console" | "exec", BenchPool> {
  const command = JSON.stringify(["sh", "-c", MAKE_WORLD, "sh", "{seed}"]);
  return {
    console: gamePool(image, "1", { outputs: [OUTPUT] }),
    exec: gamePool(image, "1", {
      ...{ outputs: [OUTPUT], driver: ["driver: exec", `command: ${command}`] },
    }),
  };
}

/** Warm's jobs and the bare engine's in turn: what is more is warm's, the files taken out and put in their place with it. */
export async function benchOverhead(
  pools: KeptPools,
  reference: Reference,
  image: string,
  runs: number,
): Promise<JobRow[]> {
  const rows: JobRow[] = [];
  for (const driver of ["console", "exec"] as const) {
    const name = `${pools.network}-bare-${driver}`;
    const bare = { name, image, network: pools.network, ready: READY, shell: driver === "exec" };
    await reference.ask({ work: "keep", ...bare });
    const [own, jobs]: [number[], TimedJob[]] = [[], []];
    // The first of each finds nothing loaded yet.
    for (let run = -1; run < runs; run += 1) {
      await pools.ready(driver, 1);
      const { ms } = await reference.ask({ work: "tell", name, ...lineOf(driver, `w${run}`) });
      const job = await pools.run(driver, `w${run}`);
      if (run < 0) continue;
      own.push(ms);
      jobs.push(job);
    }
    rows.push(...rowsOf(driver, own, jobs));
  }
  return rows;
}

function lineOf(driver: "console" | "exec", seed: string): { line: string; done: string } {
  if (driver === "console") return { line: `load_world ${seed}`, done: DONE };
  const script = MAKE_WORLD.replaceAll("'", "'\\''");
  return {
    line: `(exec sh -c '${script}' sh ${seed}) </dev/null; echo ${SHELL_DONE}`,
    done: SHELL_DONE,
  };
}

function rowsOf(driver: string, own: readonly number[], jobs: readonly TimedJob[]): JobRow[] {
  return [
    { name: `the engine alone, ${driver}`, unit: "ms", values: own },
    {
      name: `warm's overhead a job, ${driver}`,
      unit: "ms",
      values: jobs.map(({ ms }, index) => ms - (own[index] ?? Number.NaN)),
      ...{ bar: { max: MAX_OVERHEAD_MS }, note: describePhases(jobs) },
    },
  ];
}

const PHASES = ["queued", "leasing", "loading", "generating", "exporting", "processing"] as const;

/** Medians of where a job's time went, the engine's own time with it. */
function describePhases(jobs: readonly TimedJob[]): string {
  const of = (read: (job: TimedJob) => number) => `${median(jobs.map(read)).toFixed(1)}`;
  const timing = (name: keyof JobTimings) =>
    of(({ outcome }: { outcome: JobOutcome }) => outcome.timings[name]);
  const phases = PHASES.map((phase) => `${phase} ${timing(`${phase}Ms`)}`);
  const asking = of(({ ms, outcome }) => ms - outcome.timings.totalMs);
  return `whole job ${of(({ ms }) => ms)} ms: ${phases.join(", ")}, asking ${asking}`;
}

/** Results that are there, asked for through the socket. */
export async function benchHits({ client, run, ready }: KeptPools, runs: number): Promise<JobRow[]> {
  await ready("console", 1);
  await run("console", "hit");
  const times: number[] = [];
  for (let count = 0; count < runs; count += 1) {
    const startedAt = performance.now();
    const { outcome } = await client.submitJob("console", { holder: "bench", params: { seed: "hit" } });
    times.push(performance.now() - startedAt);
    if (outcome?.cached !== true) throw new Error(`no hit: ${JSON.stringify(outcome)}`);
  }
  const last = times.toSorted((a, b) => a - b)[Math.ceil(runs * 0.99) - 1] ?? Number.NaN;
  const bar = { max: MAX_HIT_MS };
  return [
    { name: "a result that is there, median", unit: "ms", values: times, bar },
    { name: "a result that is there, 99th percentile", unit: "ms", values: [last], samples: runs, bar },
  ];
}
