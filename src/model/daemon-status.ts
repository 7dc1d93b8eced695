import type { FieldChange, Reason } from "./plan.js";
import type { Address } from "./resource.js";
import type { RevisionStatus } from "./revision-status.js";
import type { SyncState } from "./status.js";

/** An error as it is kept for whoever asks. Times are ISO 8601, by the watcher's clock. */
export interface ErrorRecord {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Last log lines of the container, oldest first. */
  readonly logs?: readonly string[] | undefined;
  readonly at: string;
}

/** Why a change that is planned is not made now. */
export type Hold =
  | "in-flight"
  | "waiting"
  | "backing-off"
  | "flapping"
  | "conflict"
  | "paused"
  | "guarded"
  | "drift-only-told"
  | "breaker-open"
  | "rollout-paused"
  | "refill-limited"
  | "standby";

/** What the watcher remembers of one resource. */
export interface ResourceMemory {
  readonly sync: SyncState;
  /** Since when it is so. */
  readonly since: string;
  readonly reasons: readonly Reason[];
  readonly fields?: readonly FieldChange[];
  readonly hold?: Hold | undefined;
  /** Failures in a row. */
  readonly failures: number;
  readonly error?: ErrorRecord | undefined;
  readonly nextTryAt?: string | undefined;
  /** When it was put right, of late. */
  readonly healedAt: readonly string[];
  readonly isFlapping: boolean;
}

export interface Pause {
  readonly since: string;
  /** Undefined: until it is resumed. */
  readonly until?: string | undefined;
  readonly reason: string;
  readonly who: string;
}

export interface PassRecord {
  readonly at: string;
  readonly ms: number;
  readonly triggers: readonly string[];
  /** Changes that were planned, and those that were begun. */
  readonly planned: number;
  readonly begun: number;
}

/** `status.json` in the state directory: what `warm watch` tells of itself. */
export interface DaemonStatus {
  readonly format: "warm.daemon/1";
  readonly pid: number;
  /** Host name of the machine that it runs on. */
  readonly machine: string;
  readonly project: string;
  /** The Docker endpoint's URL. */
  readonly endpoint: string;
  readonly startedAt: string;
  /** A running watcher writes at least once in an interval. */
  readonly updatedAt: string;
  readonly intervalMs: number;
  readonly state: "running" | "paused" | "standby" | "host-away" | "failing" | "stopped";
  /** In a sentence, what keeps it from running. */
  readonly why?: string | undefined;
  readonly config: {
    readonly path: string;
    readonly sha256: string;
    readonly commit?: string | undefined;
    /** Whether the text is another one than the commit's. */
    readonly isModified: boolean;
    /** Why the file on disk is not the one in use. */
    readonly error?: ErrorRecord | undefined;
  };
  /** Which text is wanted, and which one the host was last found to be as. */
  readonly revisions?: RevisionStatus | undefined;
  readonly lastPass?: PassRecord | undefined;
  readonly passes: number;
  readonly pause?: Pause | undefined;
  /** What was refused because it would delete too much. */
  readonly guard?: { readonly deletes: number; readonly owned: number; readonly since: string } | undefined;
  readonly resources: Readonly<Record<Address, ResourceMemory>>;
}
