import { join } from "node:path";
import { DONE, EXTRACTED, LIMITS, RAW } from "./jobs-game.js";
import type { KeptPools } from "./jobs-pools.js";
import type { Reference } from "./jobs-reference.js";
import type { JobRow } from "./jobs-report.js";

/** By how much less a request takes: what the pipeline's documents say, in percent. */
const CLAIM = "50 to 65 % less";
/** How much more than the engine itself a request may take. */
const MAX_RATIO = 1.03;

/** One container a job against an engine that is kept, in turn; then with the files taken out as they are finished. */
export async function benchHeadline(
  pools: KeptPools,
  reference: Reference,
  image: string,
  runs: number,
): Promise<JobRow[]> {
  const [perJob, kept, streamed]: [number[], number[], number[]] = [[], [], []];
  for (let run = 0; run < runs; run += 1) {
    const seed = `headline-${run}`;
    perJob.push(
      await reference.ask({
        ...{ work: "startPerJob", name: `${pools.network}-${seed}`, image, network: pools.network },
        ...{ env: [`WORLD_SEED=${seed}`], done: DONE, outputs: [RAW, EXTRACTED], to: join(pools.dir, seed) },
      }),
    );
    for (const [pool, times] of [["kept", kept] as const, ["streamed", streamed] as const]) {
      await pools.ready(pool, 1);
      times.push((await pools.run(pool, seed)).ms);
    }
  }
  return [
    { name: "a container a job", unit: "ms", values: perJob, limit: `${LIMITS.startPerJob} ms` },
    ...rowsOf("a kept engine", kept, perJob),
    ...rowsOf("a kept engine, files streamed", streamed, perJob),
  ];
}

function rowsOf(name: string, times: readonly number[], perJob: readonly number[]): JobRow[] {
  const lessLimit = (1 - LIMITS.warm / LIMITS.startPerJob) * 100;
  return [
    { name, unit: "ms", values: times, limit: `${LIMITS.warm} ms` },
    {
      name: `${name}: less than a container a job`,
      unit: "%",
      values: times.map((ms, index) => (1 - ms / (perJob[index] ?? Number.NaN)) * 100),
      ...{ claim: CLAIM, limit: `${lessLimit.toFixed(1)} %` },
    },
    {
      name: `${name}: of the limit`,
      unit: "x",
      values: times.map((ms) => ms / LIMITS.warm),
      ...{ limit: "1.000x", bar: { max: MAX_RATIO } },
    },
  ];
}

/** Pools that have no engine yet: their first job has one started, the later ones find it. */
export async function benchFirst(
  pools: KeptPools,
  empty: readonly string[],
  later: number,
): Promise<JobRow[]> {
  const [first, sustained]: [number[], number[]] = [[], []];
  for (const pool of empty) {
    first.push((await pools.run(pool, "first")).ms);
    for (let run = 0; run < later; run += 1) {
      await pools.ready(pool, 1);
      sustained.push((await pools.run(pool, `later-${run}`)).ms);
    }
  }
  return [
    { name: "first job, no engine yet", unit: "ms", values: first, limit: `${LIMITS.first} ms` },
    { name: "later jobs of the same pools", unit: "ms", values: sustained, limit: `${LIMITS.warm} ms` },
  ];
}
