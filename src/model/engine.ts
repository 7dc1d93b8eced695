import type { Reason } from "./plan.js";

/**
 * What an engine is doing (design, section 8). `leased` covers a job's generating and exporting. An engine that is
 * removed has no state: it is forgotten.
 */
export const ENGINE_STATES = [
  "starting",
  "ready",
  "leased",
  "resetting",
  "verifying",
  "quarantined",
  "error",
  "draining",
] as const;
export type EngineState = (typeof ENGINE_STATES)[number];

/** Which state may follow which; every other transition is a bug. */
export const TRANSITIONS: Readonly<Record<EngineState, readonly EngineState[]>> = {
  starting: ["ready", "error", "draining"],
  // To leased and straight back: the waiter had left before it was told.
  ready: ["leased", "error", "draining"],
  leased: ["ready", "resetting", "error", "draining"],
  resetting: ["verifying", "quarantined", "error", "draining"],
  verifying: ["ready", "quarantined", "error", "draining"],
  quarantined: ["draining"],
  error: ["draining"],
  draining: [],
};

/** One step of an engine's life. */
export interface EngineStep {
  /** ISO 8601. */
  readonly at: string;
  /** Undefined for its first. */
  readonly from: EngineState | undefined;
  readonly to: EngineState;
  /** In a few words: `ready check passed`, `released by ci-17`. */
  readonly reason: string;
}

/** How many steps of an engine are remembered. */
export const HISTORY_LENGTH = 50;

/** An engine as others see it: in `warm engines`, over HTTP, in the library. */
export interface EngineView {
  /** `engine.valheim/1` */
  readonly address: string;
  readonly pool: string;
  readonly slot: number;
  /** Docker name. */
  readonly name: string;
  /** Docker ID. */
  readonly containerId: string;
  readonly state: EngineState;
  readonly since: string;
  /** Jobs that it has taken so far. */
  readonly jobs: number;
  readonly isFrozen: boolean;
  /** Whether it was made from another spec or image than is wanted now. */
  readonly isStale: boolean;
  readonly lease: LeaseView | undefined;
  readonly history: readonly EngineStep[];
}

/** The right to use one engine (design, section 8). */
export interface LeaseView {
  readonly id: string;
  /** Grows with every lease of the project: a holder with an older one is refused. */
  readonly fence: number;
  readonly pool: string;
  /** `engine.valheim/1` */
  readonly engine: string;
  readonly holder: string;
  readonly since: string;
  readonly expiresAt: string;
  /** warm: an engine stood ready. queued: it was waited for. */
  readonly source: "warm" | "queued";
  /** What its job is at, where warm runs the job: `loading`, `generating`, `exporting`. */
  readonly activity?: string | undefined;
}

/** What the pool tells of itself. */
export interface PoolView {
  readonly id: string;
  readonly target: number;
  /** How many engines are in each state; they add up to all of them. */
  readonly counts: Readonly<Record<EngineState, number>>;
  readonly queued: number;
  /** Why the size is what it is, in a sentence. */
  readonly decision: string;
  readonly breaker: { readonly reason: string; readonly since: string } | undefined;
  readonly rollout: { readonly stale: number; readonly pausedBecause: string | undefined } | undefined;
  readonly engines: readonly EngineView[];
}

/** What planning has to know of an engine beyond what Docker shows, by container ID. */
export interface EngineDemand {
  readonly state: EngineState;
  readonly jobs: number;
  /** Its present job is the last that it may take. */
  readonly isLastJob: boolean;
  /** Why it has to go, beyond what can be seen: `requested`, `recycle-memory`, `failed`, `expired` (its quarantine). */
  readonly due: Reason | undefined;
  /** It was found ready after the look at the host had begun: how it stands there is out of date. */
  readonly isNewerThanLook?: boolean;
}

/** How many engines a pool has to have now, and what they are doing. */
export interface PoolDemand {
  readonly target: number;
  readonly engines: ReadonlyMap<string, EngineDemand>;
}

/** By pool. A pool without an entry has nobody who uses it. */
export type Demand = ReadonlyMap<string, PoolDemand>;
