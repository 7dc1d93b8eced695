import { join } from "node:path";
import type { Figure } from "./figure.js";
import { DONE, EXTRACTED, LIMITS, RAW, READY, SCALE } from "./jobs-game.js";
import type { KeptPools } from "./jobs-pools.js";
import { type BareContainer, type BareTimes, describeSteps, type Reference } from "./jobs-reference.js";
import { summarise, toSeries } from "./measure.js";

/** By how much less a request takes: what the pipeline's documents say. */
const CLAIM = "the documents claim 50 to 65 %";
/** How much more than the engine itself a request may take. */
const MAX_RATIO = 1.03;

/** One container a job against an engine that is kept, in turn; then with the files taken out as they are finished. */
export async function benchHeadline(
  pools: KeptPools,
  reference: Reference,
  image: string,
  runs: number,
): Promise<Figure[]> {
  const engine = { name: `${pools.network}-alone`, image, network: pools.network };
  await reference.ask({ work: "keep", ...engine, ready: READY, shell: false });
  const turns: Turn[] = [];
  for (let run = 0; run < runs; run += 1)
    turns.push(await takeTurn(pools, reference, engine, `headline-${run}`));
  return [
    ...figuresOf("kept", "one world by a kept engine", turns, ({ kept }) => kept),
    ...figuresOf("streamed", "one world by a kept engine, files streamed", turns, ({ streamed }) => streamed),
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

function figuresOf(id: string, name: string, turns: readonly Turn[], read: (turn: Turn) => number): Figure[] {
  const less = (ms: number, than: number) => (1 - ms / than) * 100;
  const possible = `${CLAIM}, the documented timings allow ${less(LIMITS.warm, LIMITS.startPerJob).toFixed(1)} %`;
  const percents = (than: (turn: Turn) => number) => ({
    ...({ unit: "%", better: "higher" } as const),
    series: [
      {
        ...({ who: "warm", note: possible } as const),
        ...summarise(turns.map((turn) => less(read(turn), than(turn)))),
      },
    ],
  });
  return [
    {
      ...{ id: `jobs.${id}`, name, unit: "ms", better: "lower" },
      series: [
        {
          ...{ who: "warm", ...summarise(turns.map(read)) },
          note: `the documented timings allow ${LIMITS.warm} ms`,
        },
        {
          ...{ who: "container a job", ...summarise(turns.map(({ bare }) => bare.ms)) },
          note: `${describeSteps(turns.map(({ bare }) => bare))}; what Docker itself takes is not ${SCALE} times faster, which flatters a kept engine`,
        },
        {
          ...{ who: "engine alone", ...summarise(turns.map(({ alone }) => alone)) },
          note: "told on its console, no files taken out",
        },
      ],
      bars: [{ max: LIMITS.warm * MAX_RATIO }],
    },
    {
      ...{ id: `jobs.${id}.less`, name: `${name}: less than a container a job` },
      ...percents(({ bare }) => bare.ms),
    },
    {
      ...{ id: `jobs.${id}.less-than-documented`, name: `${name}: less than the documented steps` },
      ...percents(() => LIMITS.startPerJob),
    },
  ];
}

/** Pools that have no engine yet: their first job has one started, the later ones find it. */
export async function benchFirst(
  pools: KeptPools,
  empty: readonly string[],
  later: number,
): Promise<Figure[]> {
  const [first, sustained]: [number[], number[]] = [[], []];
  for (const pool of empty) {
    first.push((await pools.run(pool, "first")).ms);
    for (let run = 0; run < later; run += 1) {
      await pools.ready(pool, 1);
      sustained.push((await pools.run(pool, `later-${run}`)).ms);
    }
  }
  return [
    {
      ...{ id: "jobs.first", name: "first job, no engine yet", unit: "ms", better: "lower" },
      series: [{ who: "warm", ...summarise(first), note: `the documented timings allow ${LIMITS.first} ms` }],
    },
    {
      ...{ id: "jobs.later", name: "later jobs of the same pools", unit: "ms", better: "lower" },
      series: toSeries({ warm: sustained }),
    },
  ];
}
