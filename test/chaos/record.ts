import type { PoolView } from "../../src/model/engine.js";
import type { JobView } from "../../src/model/job.js";

/** What a client saw of one lease that it was told. Times are the run's own, ms, of a clock that nobody sets. */
export interface LeaseSeen {
  readonly id: string;
  readonly fence: number;
  readonly key: string;
  readonly engine: string;
  readonly containerId: string;
  readonly askedAtMs: number;
  readonly toldAtMs: number;
  /** When it was first sent back, and as what. Undefined: never. */
  releasedAtMs?: number;
  outcome?: "clean" | "dirty";
  /** What stood in the engine's folder before the client wrote anything. */
  found?: string;
  /** What stood there when the client had written its own key, and nobody else was to write. */
  foundAtEnd?: string;
}

/** One check of a template that serves. */
export interface VolumeSeen {
  readonly template: string;
  readonly atMs: number;
  /** Of `sha256sum -c` in the container. */
  readonly exitCode: number;
  readonly output: string;
}

export interface JobSeen {
  readonly id: string;
  readonly seed: string;
  /** As it was told last; undefined when the watcher knew nothing of it. */
  last?: JobView | undefined;
}

/** An error that a client was told. */
export interface ErrorSeen {
  readonly atMs: number;
  readonly does: string;
  readonly code: string;
  readonly message: string;
}

/** All that was seen from outside while it went on. */
export interface RunRecord {
  readonly leases: LeaseSeen[];
  readonly pools: { readonly atMs: number; readonly view: PoolView }[];
  readonly volumes: VolumeSeen[];
  readonly jobs: JobSeen[];
  readonly errors: ErrorSeen[];
}

export const createRecord = (): RunRecord => ({ leases: [], pools: [], volumes: [], jobs: [], errors: [] });
