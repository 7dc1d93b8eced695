import type { EngineGate } from "../apply/engine-gate.js";
import type { Hold } from "../model/daemon-status.js";
import type { Demand, LeaseView, PoolView } from "../model/engine.js";
import type { Change } from "../model/plan.js";

/** Per-job settings that reach a warm engine at the lease. Values are never logged and never in the journal. */
export interface Binding {
  readonly env?: Readonly<Record<string, string>>;
  /** Contents by absolute path in the engine. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
}

export interface LeaseRequest {
  /** The same key gives the same lease for as long as it is held. */
  readonly key?: string | undefined;
  /** Who wants it, for people: `ci-17`, `alice@laptop`. */
  readonly holder: string;
  /** Default the pool's. */
  readonly ttlMs?: number | undefined;
  /** How long to stand in the queue; 0: not at all. Default 60 s. */
  readonly waitMs?: number | undefined;
  /** Higher ones are served first; default 0. Within one the order is that of arrival. */
  readonly priority?: number | undefined;
  readonly bind?: Binding | undefined;
  /** Told each time the place in the queue changes. */
  readonly onQueued?: ((place: QueuePlace) => void) | undefined;
  /** The caller has gone: it leaves the queue, and what it was given goes back. */
  readonly cancel?: AbortSignal | undefined;
}

export interface QueuePlace {
  /** 1: next. */
  readonly position: number;
  /** Undefined while nothing is known of how long jobs or starts take. */
  readonly estimateMs: number | undefined;
}

/** How a job ended: after anything but `clean` the engine is not used again. */
export type ReleaseOutcome = "clean" | "dirty";

export interface GrantedLease extends LeaseView {
  /** Where the engine is reached: its IP address, or 127.0.0.1 where its ports are published. Undefined: not from here. */
  readonly address: string | undefined;
  /** How its declared ports are reached at `address`, by port in the engine. */
  readonly ports: Readonly<Record<number, number>>;
  readonly container: { readonly id: string; readonly name: string };
  /** How long it was waited for an engine, and how long thawing and binding took. */
  readonly timings: { readonly queuedMs: number; readonly preparedMs: number };
}

export interface ExecOptions {
  /** Default 60 s. */
  readonly timeoutMs?: number | undefined;
  /**
   * Told what the command writes, whole characters of one stream at a time, as it comes. Not from another process, and not
   * where the engine's image has no shell.
   */
  readonly onOutput?: ((text: string, stream: "stdout" | "stderr") => void) | undefined;
  /** Told its standard output as it is; the result has nothing of it then. Not from another process, nor without a shell. */
  readonly onBytes?: ((bytes: Buffer) => void) | undefined;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Engines at run time. Every method but the views throws WarmError; unknown pools are `not-found`. */
export interface Pools {
  /** @throws WarmError `no-engine` (not in time, or waitMs 0), `queue-full`, `lease-ended` (the key's lease is over) */
  lease(pool: string, request: LeaseRequest): Promise<GrantedLease>;
  /** @throws WarmError `lease-ended`; `stale-fence` when the fence is an older one */
  renew(leaseId: string, fence: number, ttlMs?: number): Promise<LeaseView>;
  /**
   * Gives an engine back; it is reset behind the caller's back. Also fine when the lease has ended already.
   * @param fence undefined: whoever asks may end it, as `warm release` does
   */
  release(leaseId: string, fence: number | undefined, outcome?: ReleaseOutcome): Promise<void>;
  /** Runs a command in a leased engine through its kept session, with the lease's env. */
  exec(
    leaseId: string,
    fence: number,
    command: readonly string[],
    options?: ExecOptions,
  ): Promise<CommandResult>;
  /** @returns all leases that are held */
  leases(): LeaseView[];
  view(pool: string): PoolView;
  views(): PoolView[];
  /** Replaces engines: one slot, or all that are not leased now. Closes the pool's breaker and ends a paused rollout. @returns addresses */
  recycle(pool: string, slot?: number): Promise<string[]>;
  /** Proves that a reset is clean: plants a marker in an engine, resets it, looks for it. */
  canary(pool: string, request: Pick<LeaseRequest, "holder" | "waitMs" | "cancel">): Promise<CanaryResult>;
}

export interface CanaryResult {
  readonly engine: string;
  readonly isClean: boolean;
  /** What was found or what failed, in a sentence each. */
  readonly findings: readonly string[];
  /** Places where a marker was planted. */
  readonly planted: readonly string[];
  readonly resetMs: number;
}

/** What is asked of leases from within this process. */
export interface LeaseWatch {
  /**
   * Has somebody told once, at the moment at which the lease ends, whatever ends it; at once when it is over already.
   * @returns how to not be told any more
   */
  onLeaseEnd(leaseId: string, told: (why: string) => void): () => void;
  /** Shows in views what the lease's job is at. */
  setActivity(leaseId: string, activity: string): void;
}

/** What a watcher asks of the pools and tells them. */
export interface PoolKeeping {
  readonly gate: EngineGate;
  demand(): Demand;
  /** Why an engine's change is not made now, beyond what holds up every change. */
  holdOf(change: Change): Hold | undefined;
}
