import type { Reason } from "./plan.js";
import type { Address } from "./resource.js";

/** What `warm watch` tells others of: changes of state only, never a state that goes on. */
export type TransitionType =
  | "out-of-sync"
  | "healed"
  | "failed"
  | "flapping"
  | "guard-refused"
  | "config-invalid"
  | "config-valid"
  | "revision-applied"
  | "revision-failed"
  | "revision-rolled-back";

/** One text of warm.yaml, for whoever sets the status of a commit. */
export interface Revision {
  /** Hex, of the text; undefined for a commit whose file could not be read. */
  readonly sha256?: string | undefined;
  /** Hex; of a plain file only where git knows that very text. */
  readonly commit?: string | undefined;
  /** Of the repository that it is pulled from, without credentials. */
  readonly url?: string;
  readonly ref?: string;
  readonly path: string;
}

export interface Transition {
  readonly type: TransitionType;
  /** ISO 8601, by the watcher's clock. */
  readonly at: string;
  /** Of a resource; undefined for the file. */
  readonly address?: Address;
  readonly reasons?: readonly Reason[];
  /** Which text of the file this is about; undefined for a resource. */
  readonly revision?: Revision;
  /** Of a revision that was left: what is in use instead. */
  readonly backTo?: Revision;
  /** Of a failure: its error code. */
  readonly code?: string;
  /** One sentence for people. */
  readonly message: string;
}
