import type { JobSpec } from "./job.js";
import type { Address, ResourceLimits } from "./resource.js";
import type { Secret } from "./secret.js";

/** min <= max; a fixed size has min = max and spare 0. */
export interface PoolSize {
  readonly min: number;
  readonly max: number;
  /** Ready engines beyond those in use and queued for. */
  readonly spare: number;
}

/** How an engine shows that it can take jobs. `timeoutMs` is the deadline of the whole wait. */
export type Ready = { readonly timeoutMs: number } & (
  | { readonly type: "log"; readonly text: string }
  | { readonly type: "http"; readonly port: number; readonly path: string }
  | { readonly type: "tcp"; readonly port: number }
  | { readonly type: "exec"; readonly command: readonly string[] }
  | { readonly type: "healthcheck" }
);

/** Commands that must exit 0, in order, then the proof; one deadline for all of it. */
export interface ResetPolicy {
  readonly steps: readonly (readonly string[])[];
  readonly verify: readonly string[];
  readonly timeoutMs: number;
}

export interface LeasePolicy {
  /** Of a lease that does not ask for another. */
  readonly ttlMs: number;
  /** From the grant on, renewed or not: the job time-out where a job is declared. Undefined: no end. */
  readonly maxMs: number | undefined;
  /** Waiters beyond this are refused. */
  readonly queue: number;
  /** Held for longer: a warning that names the holder. */
  readonly leakMs: number;
  /** What becomes of an engine whose lease expired: its state is unknown. */
  readonly onExpire: "recycle" | "reset";
}

/** Another size while a window is open: from each time that `cron` names on, for `forMs`. */
export interface ScheduleEntry {
  /** Five fields. */
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly forMs: number;
  readonly size: PoolSize;
}

/** All that keeping a pool needs to know beyond how one engine is made. */
export interface PoolPolicy {
  readonly size: PoolSize;
  /** The first entry whose window is open counts. */
  readonly schedule: readonly ScheduleEntry[];
  readonly scale: {
    /** Fewer engines only after so long without need of them. */
    readonly cooldownMs: number;
    /** Engines that may be begun in a minute, beyond the first `size.max` at once. Undefined: no limit. */
    readonly refillPerMinute: number | undefined;
  };
  readonly ttlMs: number | undefined;
  readonly maxJobs: number | undefined;
  /** An engine found to use more is recycled. Bytes. */
  readonly maxMemoryBytes: number | undefined;
  /** A new log line that contains one of them fails the engine. */
  readonly errorLogs: readonly string[];
  /** Undefined: a used engine is recycled. */
  readonly reset: ResetPolicy | undefined;
  readonly lease: LeasePolicy;
  readonly quarantine: { readonly ttlMs: number; readonly keep: number };
  /** Failed starts in a row after which no more are tried. */
  readonly breaker: { readonly failures: number };
  readonly rollout: {
    /** Replacements that may be started beside the engines that they replace. */
    readonly surge: number;
    /** Idle engines that may go before their replacement is there. */
    readonly unavailable: number;
    /** Without progress for so long the rollout is paused. */
    readonly deadlineMs: number;
  };
  /** Whether an engine of an older spec or image may still be handed out. */
  readonly allowStale: boolean;
  /** What idle engines do; a paused one is thawed at the lease. */
  readonly idle: "run" | "pause";
}

export interface EngineLimits extends ResourceLimits {
  /** Beyond the memory; 0 by default. Meaningless without memoryBytes. */
  readonly swapBytes?: number;
}

/** A pool: how each of its engines is made, and how it is kept. */
export interface PoolResource {
  readonly id: string;
  readonly prefix: string;
  readonly image: Address;
  readonly network: Address;
  /** Instead of the image's own. */
  readonly command: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string | Secret>>;
  readonly limits: EngineLimits;
  readonly noNewPrivileges: boolean;
  readonly logs: { readonly maxSizeBytes: number; readonly maxFiles: number };
  /** Ports that jobs speak to. */
  readonly ports: readonly number[];
  readonly ready: Ready;
  readonly policy: PoolPolicy;
  /** Undefined: it only lends engines. Changes nothing about them. */
  readonly job: JobSpec | undefined;
  /** 1-based lines of warm.yaml by field path below the pool (`""` is the pool itself). */
  readonly lines: Readonly<Record<string, number>>;
}
