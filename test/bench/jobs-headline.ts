import { join } from "node:path";
import { DONE, EXTRACTED, LIMITS, RAW, READY, SCALE } from "./jobs-game.js";
import type { KeptPools } from "./jobs-pools.js";
import { type BareContainer, type BareTimes, describeSteps, type Reference } from "./jobs-reference.js";
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
  const engine = { name: `${pools.network}-alone`, image, network: pools.network };
  await reference.ask({ work: "keep", ...engine, ready: READY, shell: false });
  const turns: Turn[] = [];
  for (let run = 0; run < runs; run += 1)
    turns.push(await takeTurn(pools, reference, engine, `headline-${run}`));
  const perJob = turns.map(({ bare }) => bare.ms);
  const steps = describeSteps(turns.map(({ bare }) => bare));
  return [
    {
      ...{ name: "a container a job", unit: "ms", values: perJob, limit: `${LIMITS.startPerJob} ms` },
      note: `${steps}; what Docker itself takes is not ${SCALE} times faster, which flatters a kept engine`,
    },
    {
      ...{ name: "the simulated engine alone: of the limit", unit: "x", limit: "1.000x" },
      values: turns.map(({ alone }) => alone / LIMITS.warm),
      note: "told on its console, no files taken out: what is more is its shell's",
    },
    ...rowsOf(
      "a kept engine",
      turns.map(({ kept }) => kept),
      perJob,
    ),
    ...rowsOf(
      "a kept engine, files streamed",
      turns.map(({ streamed }) => streamed),
      perJob,
    ),
  ];
}

/** One world, made in each of the ways. Milliseconds. */
interface Turn {
  readonly bare: BareTimes;
  readonly alone: number;
  readonly kept: number;
  readonly streamed: number;
}

async function takeTurn(
  pools: KeptPools,
  reference: Reference,
  { name, image, network }: BareContainer,
  seed: string,
): Promise<Turn> {
  // The last turn's resets are over.
  for (const pool of ["kept", "streamed"]) await pools.ready(pool, 1);
  const bare = await reference.ask({
    ...{ work: "startPerJob", name: `${network}-${seed}`, image, network },
    ...{ env: [`WORLD_SEED=${seed}`], done: DONE, outputs: [RAW, EXTRACTED], to: join(pools.dir, seed) },
  });
  const alone = await reference.ask({ work: "tell", name, line: `load_world ${seed}`, done: DONE });
  const kept = await pools.run("kept", seed);
  const streamed = await pools.run("streamed", seed);
  return { bare, alone: alone.ms, kept: kept.ms, streamed: streamed.ms };
}

function rowsOf(name: string, times: readonly number[], perJob: readonly number[]): JobRow[] {
  const less = (ms: number, than = Number.NaN) => (1 - ms / than) * 100;
  const expected = { claim: CLAIM, limit: `${less(LIMITS.warm, LIMITS.startPerJob).toFixed(1)} %` };
  return [
    { name, unit: "ms", values: times, limit: `${LIMITS.warm} ms` },
    {
      name: `${name}: less than the documented steps`,
      unit: "%",
      values: times.map((ms) => less(ms, LIMITS.startPerJob)),
      ...expected,
    },
    {
      name: `${name}: less than a container a job`,
      unit: "%",
      values: times.map((ms, index) => less(ms, perJob[index])),
      ...expected,
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
