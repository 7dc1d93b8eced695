import type { Address, ResourceKind } from "./resource.js";

export const ACTIONS = ["create", "start", "update", "replace", "delete", "conflict", "noop"] as const;
export type Action = (typeof ACTIONS)[number];

/** Why a change is planned: a closed list. Sentences for people live in `report/`. */
export type Reason =
  | "missing"
  | "config-changed"
  | "drift-field"
  | "drift-stopped"
  | "drift-unhealthy"
  | "image-moved"
  | "parent-replaced"
  | "seed-incomplete"
  | "seed-changed"
  | "orphaned"
  | "expired"
  | "surplus"
  | "scale-up"
  | "recycle-age"
  | "recycle-jobs"
  | "recycle-memory"
  | "failed"
  | "requested"
  | "conflict-name"
  | "conflict-in-use";

export type FieldValue = string | number | boolean | null;

export interface FieldChange {
  /** `image`, `env.LOG_LEVEL`, `resources.memory`. */
  readonly path: string;
  /** null: not set. A secret's value never stands here, `(sensitive)` does. */
  readonly before: FieldValue;
  readonly after: FieldValue;
  /** Whether the file changed or the world did. */
  readonly cause: "config" | "drift";
  readonly effect: "update" | "replace";
  readonly sensitive?: boolean;
  /** 1-based line of warm.yaml. For people only: not part of the digest. */
  readonly line?: number;
}

/** What apply must find unchanged before it acts. */
export type Precondition =
  | { readonly exists: false }
  | {
      readonly exists: true;
      /** The daemon's ID; a volume's creation time, since volumes have no ID. Deletions go by it, never by name. */
      readonly id: string;
      readonly state?: string;
      readonly specHash?: string;
      readonly imageId?: string;
    };

export interface Change {
  readonly address: Address;
  readonly kind: ResourceKind;
  /** The Docker name that is wanted, or for a deletion the one that stands. */
  readonly name: string;
  readonly action: Action;
  /** Empty only for `noop`. */
  readonly reasons: readonly Reason[];
  readonly fields: readonly FieldChange[];
  /** Addresses in this plan that come first. */
  readonly dependsOn: readonly Address[];
  readonly precondition: Precondition;
  /** Of a session's volume: the session's id. For people only: not part of the digest. */
  readonly session?: string;
  /**
   * Of an engine's replacement: where the new engine stands. Another slot: it is made ready first. The same: the old one
   * has to go before.
   */
  readonly successor?: Address;
  /** A sentence-less detail for a conflict: who holds the name or uses the object. */
  readonly heldBy?: string;
}

export type PlanSummary = Readonly<Record<Action, number>>;

export interface PlanOptions {
  readonly targets: readonly Address[];
  readonly excludes: readonly Address[];
  readonly replace: readonly Address[];
  readonly adopt: readonly Address[];
  /** Plan the removal of all that is ours. */
  readonly destroy: boolean;
}

export interface Plan {
  readonly project: string;
  readonly options: PlanOptions;
  /** In the order in which they are shown: by dependency rank, then address. */
  readonly changes: readonly Change[];
  readonly summary: PlanSummary;
  /** `p1:` and 16 hex digits over the changes alone: equal plans have equal digests, whenever and wherever made. */
  readonly digest: string;
}

export function isChange(change: Change): boolean {
  return change.action !== "noop";
}
