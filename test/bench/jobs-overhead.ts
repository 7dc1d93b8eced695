import type { JobOutcome, JobTimings } from "../../src/model/job.js";
import type { Figure } from "./figure.js";
import { DONE, EXTRACTED, gamePool, READY } from "./jobs-game.js";
import type { BenchPool, KeptPools, TimedJob } from "./jobs-pools.js";
import type { Reference } from "./jobs-reference.js";
import { median, percentile, single, summarise, toSeries } from "./measure.js";

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
): Promise<Figure[]> {
  const figures: Figure[] = [];
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
    figures.push(...figuresOf(driver, own, jobs));
  }
  return figures;
}

function lineOf(driver: "console" | "exec", seed: string): { line: string; done: string } {
  if (driver === "console") return { line: `load_world ${seed}`, done: DONE };
  const script = MAKE_WORLD.replaceAll("'", "'\\''");
  return {
    line: `(exec sh -c '${script}' sh ${seed}) </dev/null; echo ${SHELL_DONE}`,
    done: SHELL_DONE,
  };
}

function figuresOf(driver: string, own: readonly number[], jobs: readonly TimedJob[]): Figure[] {
  return [
    {
      ...{ id: `jobs.small.${driver}`, name: `a job of next to nothing, ${driver}` },
      ...{ unit: "ms", better: "lower" },
      series: toSeries({ warm: jobs.map(({ ms }) => ms), "engine alone": own }),
    },
    {
      ...{ id: `jobs.overhead.${driver}`, name: `what warm adds to a job of next to nothing, ${driver}` },
      ...{ unit: "ms", better: "lower", bars: [{ max: MAX_OVERHEAD_MS }] },
      series: [
        {
          ...{ who: "warm", note: describePhases(jobs) },
          ...summarise(jobs.map(({ ms }, index) => ms - (own[index] ?? Number.NaN))),
        },
      ],
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
export async function benchHits({ client, run, ready }: KeptPools, runs: number): Promise<Figure[]> {
  await ready("console", 1);
  await run("console", "hit");
  const times: number[] = [];
  for (let count = 0; count < runs; count += 1) {
    const startedAt = performance.now();
    const { outcome } = await client.submitJob("console", { holder: "bench", params: { seed: "hit" } });
    times.push(performance.now() - startedAt);
    if (outcome?.cached !== true) throw new Error(`no hit: ${JSON.stringify(outcome)}`);
  }
  const asking = { unit: "ms", better: "lower", bars: [{ max: MAX_HIT_MS }] } as const;
  return [
    {
      ...{ id: "jobs.hit", name: "a result that is there, median" },
      ...{ ...asking, series: toSeries({ warm: times }) },
    },
    {
      ...{ id: "jobs.hit.p99", name: "a result that is there, 99th percentile" },
      ...{ ...asking, series: [{ who: "warm", ...single(percentile(times, 0.99), runs) }] },
    },
  ];
}
