import type { Action } from "./plan.js";
import type { Address } from "./resource.js";

/** Who holds a project's lock. All times are the daemon's, in ISO 8601. */
export interface LockHolder {
  /** Random, one a run. */
  readonly id: string;
  /** `user@machine (pid 123)`. */
  readonly who: string;
  readonly command: string;
  readonly reason: string;
  readonly since: string;
  readonly expiresAt: string;
}

export type Phase = "pulling" | "seeding" | "creating" | "starting" | "waiting" | "removing";

export interface PullProgress {
  readonly bytesDone: number;
  /** Grows while layers announce themselves. */
  readonly bytesTotal: number;
}

/** What happens while a plan is applied, in order. */
export type ApplyEvent =
  | { readonly type: "lock-waiting"; readonly holder: LockHolder | undefined }
  | { readonly type: "lock-broken"; readonly holder: LockHolder | undefined }
  | { readonly type: "action-started"; readonly address: Address; readonly action: Action }
  | {
      readonly type: "action-progress";
      readonly address: Address;
      readonly action: Action;
      readonly phase: Phase;
      readonly pull?: PullProgress;
      readonly detail?: string;
    }
  | {
      readonly type: "action-retrying";
      readonly address: Address;
      readonly attempt: number;
      readonly delayMs: number;
      readonly message: string;
    }
  | {
      readonly type: "action-done";
      readonly address: Address;
      readonly action: Action;
      readonly ms: number;
      readonly detail?: string;
    }
  | {
      readonly type: "action-failed";
      readonly address: Address;
      readonly action: Action;
      readonly code: string;
      readonly message: string;
      readonly hint?: string | undefined;
      readonly logs?: readonly string[];
    }
  | {
      readonly type: "action-skipped";
      readonly address: Address;
      readonly action: Action;
      readonly because: string;
    }
  | ({ readonly type: "summary" } & ApplySummary);

export interface ApplySummary {
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
  /** Containers that run but did not become healthy in time; counted in `failed` too. */
  readonly unhealthy: number;
  readonly interrupted: boolean;
}

export type EmitEvent = (event: ApplyEvent) => void;
