import type { PoolPolicy } from "../../src/model/pool.js";
import type { LeaseWish, Settled } from "../../src/pool/core/lease.js";
import { PoolCore } from "../../src/pool/core/pool-core.js";
import type { PoolEvent } from "../../src/pool/core/pool-event.js";
import type { JournalRecord } from "../../src/pool/journal/journal-record.js";

export const WALL_MS = Date.parse("2026-03-02T08:00:00Z");

export function policyOf(changes: Partial<PoolPolicy> = {}): PoolPolicy {
  return {
    size: { min: 0, max: 6, spare: 1 },
    schedule: [],
    scale: { cooldownMs: 300_000, refillPerMinute: undefined },
    ttlMs: undefined,
    maxJobs: undefined,
    maxMemoryBytes: undefined,
    errorLogs: [],
    reset: { steps: [["true"]], verify: ["true"], timeoutMs: 30_000 },
    lease: { ttlMs: 60_000, maxMs: undefined, queue: 10, leakMs: 600_000, onExpire: "recycle" },
    quarantine: { ttlMs: 3_600_000, keep: 2 },
    breaker: { failures: 3 },
    rollout: { surge: 1, unavailable: 0, deadlineMs: 600_000 },
    allowStale: true,
    idle: "run",
    ...changes,
  };
}

/** A core with a clock that only moves when told, and all that it told and recorded. */
export class Rig {
  policy: PoolPolicy;
  nowMs = 1_000;
  fence = 0;
  ids = 0;
  demands = 0;
  records: JournalRecord[] = [];
  events: PoolEvent[] = [];
  core: PoolCore;

  constructor(changes: Partial<PoolPolicy> = {}) {
    this.policy = policyOf(changes);
    this.core = this.#open();
  }

  #open(): PoolCore {
    return new PoolCore({
      pool: "p",
      policy: () => this.policy,
      nextFence: () => ++this.fence,
      newId: () => `L${++this.ids}`,
      wallMs: () => WALL_MS + this.nowMs,
      record: (record) => this.records.push(record),
      tell: (event) => this.events.push(event),
      onDemand: () => {
        this.demands += 1;
      },
    });
  }

  /** As after kill -9: what was recorded is all there is, and the monotonic clock begins anew. */
  restart(records: readonly JournalRecord[] = this.records): void {
    this.core = this.#open();
    this.records = [...records];
    this.core.restore(records, this.nowMs);
  }

  /** Engines that are ready: e1 in slot 1, e2 in slot 2… */
  ready(...ids: string[]): this {
    for (const id of ids) {
      this.core.begun(id, Number(id.slice(1)), this.nowMs);
      this.core.ready(id, this.nowMs, "ready check passed");
    }
    return this;
  }

  ask(wish: Partial<LeaseWish> & { readonly waitMs?: number } = {}): Asked {
    const { waitMs = 60_000, ...rest } = wish;
    const asked: Asked = { ticket: 0, settled: undefined, places: [] };
    const { ticket } = this.core.acquire(
      { holder: "h", priority: 0, deadlineMs: this.nowMs + waitMs, ...rest },
      this.nowMs,
      (settled) => {
        if (asked.settled !== undefined) throw new Error("told twice");
        asked.settled = settled;
      },
      ({ position }) => asked.places.push(position),
    );
    asked.ticket = ticket;
    return asked;
  }

  /** Asks and takes what is granted. */
  lease(wish: Partial<LeaseWish> = {}) {
    const { settled } = this.ask({ waitMs: 0, ...wish });
    if (settled?.kind !== "granted") throw new Error(`not granted: ${JSON.stringify(settled)}`);
    this.core.told(settled.lease.id);
    return settled.lease;
  }

  release(leaseId: string, outcome: "clean" | "dirty" = "clean") {
    return this.core.release(leaseId, undefined, outcome, this.nowMs);
  }

  /** Its reset is done and proven. */
  reset(id: string): void {
    this.core.resetDone(id, this.nowMs);
    this.core.verified(id, this.nowMs);
  }

  pass(ms: number): void {
    this.nowMs += ms;
    this.core.tick(this.nowMs);
  }

  state(id: string) {
    return this.core.stateOf(id);
  }

  get target(): number {
    return this.core.demand(this.nowMs).target;
  }

  told(type: PoolEvent["type"]): PoolEvent[] {
    return this.events.filter((event) => event.type === type);
  }
}

export interface Asked {
  ticket: number;
  settled: Settled | undefined;
  readonly places: number[];
}

export const grantedTo = ({ settled }: Asked) =>
  settled?.kind === "granted"
    ? settled.lease.containerId
    : settled?.kind === "refused"
      ? settled.code
      : undefined;
