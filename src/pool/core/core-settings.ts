import type { PoolPolicy } from "../../model/pool.js";
import type { JournalRecord } from "../journal/journal-record.js";
import type { PoolEvent } from "./pool-event.js";

/** What a pool's core is given from outside: it reads no clock and makes up nothing itself. */
export interface CoreSettings {
  readonly pool: string;
  /** Follows the file. */
  readonly policy: () => PoolPolicy;
  /** Project-wide, each time higher than ever before. */
  readonly nextFence: () => number;
  /** Of a lease. */
  readonly newId: () => string;
  /** The clock on the wall: only for what people read, and for schedules. */
  readonly wallMs: () => number;
  /** Called at once and in order; must not call back. */
  readonly record: (record: JournalRecord) => void;
  /** Called once a step is whole: it may call back. */
  readonly tell: (event: PoolEvent) => void;
  /** The target, or which engines are due, may have changed: somebody should plan. Called once a step is whole. */
  readonly onDemand: () => void;
}
