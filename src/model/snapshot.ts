import type { EngineDemand } from "./engine.js";
import type { Observed } from "./observed.js";
import type { PoolSize } from "./pool.js";
import type { RuntimeRequest } from "./request.js";

export const SNAPSHOT_FORMAT = "warm.snapshot/1";

/** What a pool's engines were doing. */
export interface PoolSnapshot {
  /** How many engines it had to have then. */
  readonly target: number;
  /** By what the target was counted. Undefined: the pool stands no more in the file. */
  readonly size: PoolSize | undefined;
  /** By container ID. */
  readonly engines: Readonly<Record<string, EngineDemand>>;
}

/**
 * All that a plan needs of a host, for who may not reach it. Holds no secret and no hash of one, and of what is not ours
 * no more than the names: it may be an artifact of a build.
 */
export interface Snapshot {
  readonly format: typeof SNAPSHOT_FORMAT;
  readonly project: string;
  readonly observed: Observed;
  /** What was asked for beside the file. */
  readonly requests: readonly RuntimeRequest[];
  readonly pools: Readonly<Record<string, PoolSnapshot>>;
}
