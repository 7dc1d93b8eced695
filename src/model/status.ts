import type { DaemonStatus, ResourceMemory } from "./daemon-status.js";
import type { HostFacts } from "./observed.js";
import type { FieldChange, FieldValue, Reason } from "./plan.js";
import type { Address, ResourceKind } from "./resource.js";

export type SyncState = "in-sync" | "out-of-sync" | "conflict";
export type HealthState = "healthy" | "unhealthy" | "starting" | "unknown";

/** One row of `warm status`. */
export interface ResourceStatus {
  readonly address: Address;
  readonly kind: ResourceKind;
  readonly name: string;
  readonly sync: SyncState;
  /** `running`, `exited`, `present`, `missing`, … */
  readonly state: string;
  /** Of containers that are there. */
  readonly health: HealthState | undefined;
  readonly reasons: readonly Reason[];
  /** What a running watcher remembers of it. */
  readonly memory?: ResourceMemory | undefined;
}

export interface ProjectStatus {
  readonly project: string;
  /** Undefined when it was not looked at. */
  readonly host: HostFacts | undefined;
  readonly resources: readonly ResourceStatus[];
  readonly notes: readonly string[];
  /** Undefined when none has run here. */
  readonly watcher?: WatcherStatus | undefined;
}

/** What a watcher last told of itself. */
export interface WatcherStatus extends DaemonStatus {
  /** Whether it still runs, as far as can be told from here. */
  readonly isAlive: boolean;
}

/** One field of a resource, seen from its three sides; null is `not set`. */
export interface FieldSides {
  readonly path: string;
  readonly desired: FieldValue;
  /** What was asked when the object was made; undefined where nothing records it. */
  readonly lastApplied: FieldValue | undefined;
  readonly observed: FieldValue | undefined;
  readonly line: number | undefined;
}

/** Why a resource is, or is not, in sync. */
export interface Explanation {
  readonly status: ResourceStatus;
  readonly action: string;
  readonly fields: readonly FieldSides[];
  /** The fields that the plan would change, with cause and effect. */
  readonly changes: readonly FieldChange[];
  /** More facts, one clause each: what it depends on, what depends on it, who holds the name. */
  readonly facts: readonly string[];
}
