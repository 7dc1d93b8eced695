import { type EngineState, type EngineStep, HISTORY_LENGTH } from "../../model/engine.js";
import type { Reason } from "../../model/plan.js";
import type { JournalRecord, LeaseRecord } from "./journal-record.js";

type RecordOf<K extends JournalRecord["k"]> = Extract<JournalRecord, { k: K }>;

export interface ReplayedEngine {
  readonly containerId: string;
  readonly pool: string;
  slot: number;
  state: EngineState;
  jobs: number;
  due: Reason | undefined;
  readonly history: EngineStep[];
}

/** What a journal says, last word by last word. */
export interface Replayed {
  readonly engines: ReadonlyMap<string, ReplayedEngine>;
  /** Those that are held. */
  readonly leases: ReadonlyMap<string, LeaseRecord>;
  readonly ended: ReadonlyMap<string, RecordOf<"ended">>;
  /** By pool. */
  readonly breakers: ReadonlyMap<string, RecordOf<"breaker">>;
}

export function replay(records: Iterable<JournalRecord>): Replayed {
  const engines = new Map<string, ReplayedEngine>();
  const leases = new Map<string, LeaseRecord>();
  const ended = new Map<string, RecordOf<"ended">>();
  const breakers = new Map<string, RecordOf<"breaker">>();
  for (const record of records) {
    switch (record.k) {
      case "engine":
        replayEngine(engines, record);
        break;
      case "gone":
        engines.delete(record.containerId);
        break;
      case "lease":
        leases.set(record.lease.id, record.lease);
        break;
      case "ended":
        leases.delete(record.leaseId);
        // In the order of their ends.
        ended.delete(record.leaseId);
        ended.set(record.leaseId, record);
        break;
      case "fence":
      case "bound":
        // Of the project, and of who writes into engines.
        break;
      case "breaker":
        breakers.set(record.pool, record);
        break;
      default:
        // A later version may know more.
        record satisfies never;
    }
  }
  return { engines, leases, ended, breakers };
}

function replayEngine(engines: Map<string, ReplayedEngine>, record: RecordOf<"engine">): void {
  const { containerId, pool, slot, state, jobs, due, step } = record;
  let engine = engines.get(containerId);
  if (engine === undefined) {
    engine = { containerId, pool, slot, state, jobs, due, history: [] };
    engines.set(containerId, engine);
  }
  Object.assign(engine, { slot, state, jobs, due });
  if (step === undefined) return;
  engine.history.push(step);
  if (engine.history.length > HISTORY_LENGTH) engine.history.shift();
}
