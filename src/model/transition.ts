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
  | "config-valid";

export interface Transition {
  readonly type: TransitionType;
  /** ISO 8601, by the watcher's clock. */
  readonly at: string;
  /** Of a resource; undefined for the file. */
  readonly address?: Address;
  readonly reasons?: readonly Reason[];
  /** One sentence for people. */
  readonly message: string;
}
