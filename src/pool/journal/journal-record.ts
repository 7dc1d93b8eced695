import type { EngineState, EngineStep, LeaseView } from "../../model/engine.js";
import type { Reason } from "../../model/plan.js";

/** What the journal holds of a lease: never what was bound, which may be secret. */
export interface LeaseRecord {
  readonly id: string;
  readonly fence: number;
  readonly pool: string;
  readonly containerId: string;
  /** `engine.valheim/1` */
  readonly engine: string;
  readonly holder: string;
  readonly key: string | undefined;
  /** ISO 8601. */
  readonly since: string;
  readonly ttlMs: number;
  readonly source: LeaseView["source"];
}

/** Last write wins, by container ID, lease ID or pool. After a restart an active lease runs for a whole ttl again. */
export type JournalRecord =
  | {
      readonly k: "engine";
      readonly pool: string;
      readonly containerId: string;
      readonly slot: number;
      readonly state: EngineState;
      readonly jobs: number;
      readonly due?: Reason | undefined;
      /** The step that led here; replaying collects the last 50. Undefined in a record that only changes `due`. */
      readonly step?: EngineStep | undefined;
    }
  | { readonly k: "gone"; readonly containerId: string }
  /** The highest fence so far: leases that have ended leave the journal, their fences must not come back. */
  | { readonly k: "fence"; readonly fence: number }
  | { readonly k: "lease"; readonly lease: LeaseRecord }
  /** What a lease has written into its engine, for the reset to take away: paths alone, the contents may be secret. */
  | {
      readonly k: "bound";
      readonly containerId: string;
      readonly paths: readonly string[];
      readonly isSpoiled?: boolean;
      /** All of it was there before the lease was told. */
      readonly isWritten?: boolean;
    }
  | {
      readonly k: "ended";
      readonly leaseId: string;
      readonly pool: string;
      readonly key?: string | undefined;
      readonly why: string;
      /** ISO 8601. */
      readonly at: string;
    }
  | {
      readonly k: "breaker";
      readonly pool: string;
      /** Failed starts in a row. */
      readonly failures: number;
      readonly open?: { readonly reason: string; readonly since: string } | undefined;
    };
