import type { Figure } from "./figure.js";
import type { KeptPools } from "./jobs-pools.js";
import { summarise, toSeries } from "./measure.js";

export interface ThroughputSettings {
  readonly id: string;
  readonly name: string;
  readonly rounds: number;
  /** For one engine, in one round; three get three times as many. */
  readonly jobs: number;
  /** What the ratio has to be at least. */
  readonly min?: number;
  readonly note?: string;
}

/** The pools `one` and `three` in turn, all jobs of a round asked for at once. */
export async function benchThroughput(
  pools: KeptPools,
  { id, name, rounds, jobs, min, note }: ThroughputSettings,
): Promise<Figure[]> {
  const [one, three]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    one.push(await measureRound(pools, "one", 1, jobs, round));
    three.push(await measureRound(pools, "three", 3, jobs * 3, round));
  }
  return [
    {
      ...{ id: `${id}.rate.1`, name: `${name}: jobs by 1 engine` },
      ...{ unit: "per min", better: "higher", series: toSeries({ warm: one }) },
    },
    {
      ...{ id: `${id}.rate.3`, name: `${name}: jobs by 3 engines` },
      ...{ unit: "per min", better: "higher", series: toSeries({ warm: three }) },
    },
    {
      ...{ id: `${id}.rate.ratio`, name: `${name}: 3 engines to 1`, unit: "x", better: "higher" },
      series: [
        {
          ...{ who: "warm", ...summarise(three.map((rate, index) => rate / (one[index] ?? Number.NaN))) },
          ...(note && { note }),
        },
      ],
      ...(min === undefined ? {} : { bars: [{ min }] }),
    },
  ];
}

/** From the first call to the last result. @returns jobs a minute */
async function measureRound(
  pools: KeptPools,
  pool: string,
  engines: number,
  jobs: number,
  round: number,
): Promise<number> {
  await pools.ready(pool, engines);
  const startedAt = performance.now();
  const running = Array.from({ length: jobs }, (_, job) => pools.run(pool, `round-${round}-${job}`));
  await Promise.all(running);
  return (jobs / (performance.now() - startedAt)) * 60_000;
}
