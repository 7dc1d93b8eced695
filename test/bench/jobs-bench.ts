import type { BenchHost } from "./bench-project.js";
import type { Figure } from "./figure.js";
import { gamePool, pushGame, SCALE, STREAMED } from "./jobs-game.js";
import { benchFirst, benchHeadline } from "./jobs-headline.js";
import { benchHits, benchOverhead, overheadPools } from "./jobs-overhead.js";
import { keepPools } from "./jobs-pools.js";
import { startReference } from "./jobs-reference.js";
import { benchThroughput } from "./jobs-throughput.js";

/** At this scale the simulated game has nothing to wait for. */
const NO_WAIT = 1_000_000;
const EMPTY_POOLS = ["empty1", "empty2", "empty3"];

/** Jobs on the simulated game. No two of its pools work at once. */
export async function benchJobs(host: BenchHost): Promise<Figure[]> {
  const half = (count: number) => (host.isQuick ? Math.ceil(count / 2) : count);
  const [image, fast] = [await pushGame(host, SCALE), await pushGame(host, NO_WAIT)];
  const empty = EMPTY_POOLS.map((pool) => [pool, gamePool(image, "{ min: 0, max: 1, spare: 0 }")]);
  const pools = keepPools(host, "bench-jobs", {
    kept: gamePool(image, "1"),
    streamed: gamePool(image, "1", { outputs: STREAMED }),
    one: gamePool(image, "1"),
    three: gamePool(image, "3"),
    ...overheadPools(fast),
    ...Object.fromEntries(empty),
  });
  const reference = startReference(host.socketPath);
  try {
    for (const pool of ["kept", "streamed", "console", "exec"]) await pools.ready(pool, 1);
    await pools.ready("three", 3);
    return [
      ...(await benchHeadline(pools, reference, image, half(5))),
      ...(await benchFirst(pools, EMPTY_POOLS, half(2))),
      // Each round keeps an engine busy for more than 15 s. Counts are odd, for a median in the middle.
      ...(await benchThroughput(pools, {
        id: "jobs",
        name: "the simulated game",
        rounds: half(3),
        jobs: 8,
        min: 2.9,
      })),
      ...(await benchOverhead(pools, reference, fast, half(61))),
      ...(await benchHits(pools, half(401))),
    ];
  } finally {
    await reference.close();
    await pools.close();
  }
}
