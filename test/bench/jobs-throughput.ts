import type { KeptPools } from "./jobs-pools.js";
import type { JobRow } from "./jobs-report.js";

export interface ThroughputSettings {
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
  { name, rounds, jobs, min, note }: ThroughputSettings,
): Promise<JobRow[]> {
  const [one, three]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    one.push(await measureRound(pools, "one", 1, jobs, round));
    three.push(await measureRound(pools, "three", 3, jobs * 3, round));
  }
  return [
    { name: `${name}: 1 engine`, unit: "jobs/min", values: one },
    { name: `${name}: 3 engines`, unit: "jobs/min", values: three },
    {
      name: `${name}: 3 engines to 1`,
      unit: "x",
      values: three.map((rate, index) => rate / (one[index] ?? Number.NaN)),
      ...{ limit: "3.000x", ...(min === undefined ? {} : { bar: { min } }), ...(note && { note }) },
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
