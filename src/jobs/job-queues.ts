import type { PoolPolicy } from "../model/pool.js";
import { createJobQueue, type JobQueue } from "./job-queue.js";

/** The queue of each pool's jobs: no more are at it than the pool may ever have engines. */
export interface JobQueues {
  of(pool: string): JobQueue;
  /** The file says something else. */
  wake(): void;
}

/** @param policyOf follows the file */
export function createJobQueues(policyOf: (pool: string) => PoolPolicy | undefined): JobQueues {
  const queues = new Map<string, JobQueue>();
  const limitOf = (pool: string) => {
    const policy = policyOf(pool);
    const sizes = [policy?.size, ...(policy?.schedule.map(({ size }) => size) ?? [])];
    return Math.max(1, ...sizes.map((size) => size?.max ?? 1));
  };
  return {
    of(pool) {
      const known = queues.get(pool);
      if (known !== undefined) return known;
      const made = createJobQueue(() => limitOf(pool));
      queues.set(pool, made);
      return made;
    },
    wake() {
      for (const queue of queues.values()) queue.wake();
    },
  };
}
