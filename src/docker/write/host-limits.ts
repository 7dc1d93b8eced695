import type { EngineLimits } from "../../model/pool.js";

/** Limits in the daemon's words. */
export interface HostLimits {
  Memory?: number;
  MemorySwap?: number;
  NanoCpus?: number;
  PidsLimit?: number;
}

/**
 * Swap is bounded with memory: Docker's own default, twice the memory, lets a container swap a warm host to a
 * crawl, and refuses a later raise of the memory alone.
 */
export function toHostLimits({ memoryBytes, swapBytes = 0, cpus, pids }: EngineLimits): HostLimits {
  return {
    ...(memoryBytes === undefined ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes + swapBytes }),
    ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
    ...(pids === undefined ? {} : { PidsLimit: pids }),
  };
}
