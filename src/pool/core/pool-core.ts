import type { EngineState, PoolDemand, PoolView } from "../../model/engine.js";
import type { Reason } from "../../model/plan.js";
import type { JournalRecord } from "../journal/journal-record.js";
import type { QueuePlace, ReleaseOutcome } from "../pools.js";
import { Breaker } from "./breaker.js";
import type { CoreSettings } from "./core-settings.js";
import { EngineLife } from "./engine-life.js";
import { type Engine, EngineRoster } from "./engine-roster.js";
import type { Lease, LeaseWish, Released, Renewed, Settled } from "./lease.js";
import { LeaseBook } from "./lease-book.js";
import { LeaseDesk } from "./lease-desk.js";
import { Outbox } from "./outbox.js";
import { Pace } from "./pace.js";
import type { PoolEvent } from "./pool-event.js";
import type { PoolNews, PoolParts } from "./pool-parts.js";
import { PoolScaling } from "./pool-scaling.js";
import { restorePool, snapshotPool } from "./restore-pool.js";
import { demandOf, isReadySince, viewPool } from "./view-pool.js";
import { type Asker, WaitingLine } from "./waiting-line.js";

/**
 * One pool at run time: the single writer of who has which engine. All of it is in memory and at once; what others have to
 * do follows from what it tells. `nowMs` is monotonic everywhere. Callbacks are called when a step is whole, before the
 * method returns, and may call back.
 */
export class PoolCore {
  readonly pool: string;
  readonly #settings: CoreSettings;
  readonly #parts: PoolParts;
  readonly #desk: LeaseDesk;
  readonly #life: EngineLife;
  readonly #scaling: PoolScaling;
  readonly #unanswered = new Map<number, Asker>();
  #tickets = 0;
  #nowMs = 0;
  #toldTarget: number | undefined;

  constructor(settings: CoreSettings) {
    this.pool = settings.pool;
    this.#settings = settings;
    const outbox = new Outbox();
    const tell = (event: PoolNews) =>
      outbox.push(() => settings.tell({ pool: settings.pool, ...event } as PoolEvent));
    this.#parts = {
      settings: this.#settings,
      roster: new EngineRoster(this.#settings, tell),
      book: new LeaseBook(),
      line: new WaitingLine(),
      breaker: new Breaker(),
      pace: new Pace(),
      outbox,
      stale: new Set(),
      rolloutPausedBecause: undefined,
      isPlanDue: false,
      target: 0,
      decision: "",
      tell,
    };
    this.#desk = new LeaseDesk(this.#parts);
    this.#life = new EngineLife(this.#parts);
    this.#scaling = new PoolScaling(this.#settings);
  }

  /**
   * Asks for an engine. The asker is told once how that ended, perhaps before this returns, unless it leaves; whoever is
   * granted a lease answers with `told` or `giveBack`.
   * @param onPlace each time the place in the queue has changed
   */
  acquire(
    wish: LeaseWish,
    nowMs: number,
    onSettled: (settled: Settled) => void,
    onPlace?: (place: QueuePlace) => void,
  ): { readonly ticket: number } {
    this.#tickets += 1;
    const ticket = this.#tickets;
    const settle = (settled: Settled) => {
      this.#unanswered.delete(ticket);
      if (!asker.hasLeft) onSettled(settled);
      // It went while others were being told of the same step.
      else if (settled.kind === "granted") this.giveBack(settled.lease.id, this.#nowMs);
    };
    const { holder, deadlineMs } = wish;
    const asker: Asker = {
      ...{ ticket, holder, deadlineMs, onPlace, joinedMs: nowMs, onSettled: settle },
      ...{ toldPosition: 0, hasLeft: false },
    };
    this.#unanswered.set(ticket, asker);
    this.#step(nowMs, () => this.#desk.acquire(wish, asker, nowMs));
    return { ticket };
  }

  /** The asker has gone: it is told nothing any more. Nothing happens to one that was answered already. */
  leave(ticket: number, nowMs: number = this.#nowMs): void {
    const asker = this.#unanswered.get(ticket);
    if (asker === undefined) return;
    asker.hasLeft = true;
    this.#unanswered.delete(ticket);
    this.#step(nowMs, () => this.#desk.leave(ticket, nowMs));
  }

  /** Its holder may know of it from now on. @returns false when it is over already */
  told(leaseId: string): boolean {
    return this.#desk.told(leaseId);
  }

  /**
   * An asker could not be told of its lease. Once none is left the engine is ready again, and its job does not count.
   * @param isTouched something was written into it for this lease: it is reset as after a job
   */
  giveBack(leaseId: string, nowMs: number, isTouched = false): void {
    this.#step(nowMs, () => this.#desk.giveBack(leaseId, isTouched, nowMs));
  }

  renew(leaseId: string, fence: number, ttlMs: number | undefined, nowMs: number): Renewed {
    return this.#step(nowMs, () => this.#desk.renew(leaseId, fence, ttlMs, nowMs));
  }

  /** @param fence undefined: whoever asks may end it */
  release(leaseId: string, fence: number | undefined, outcome: ReleaseOutcome, nowMs: number): Released {
    return this.#step(nowMs, () => this.#desk.release(leaseId, fence, outcome, nowMs));
  }

  /** Refuses all who wait. */
  refuseAll(why: string, nowMs: number): void {
    this.#step(nowMs, () => {
      for (const asker of this.#parts.line.leaveAll()) this.#desk.refuse(asker, "no-engine", why, nowMs);
    });
  }

  /** A container for an engine has been created. */
  begun(containerId: string, slot: number, nowMs: number): void {
    this.#step(nowMs, () => this.#life.begun(containerId, slot, nowMs));
  }

  /** A starting engine has passed its ready check. */
  ready(containerId: string, nowMs: number, reason: string): void {
    this.#step(nowMs, () => this.#life.ready(containerId, nowMs, reason));
  }

  /** It could not be made ready, or does not work any more. */
  failed(containerId: string, reason: string, nowMs: number): void {
    this.#step(nowMs, () => {
      if (this.#life.failed(containerId, reason, nowMs)) this.#desk.lose(containerId, reason, nowMs);
    });
  }

  /** Its container is gone. */
  gone(containerId: string, nowMs: number, reason: string): void {
    this.#step(nowMs, () => {
      this.#desk.lose(containerId, reason, nowMs);
      this.#life.gone(containerId, nowMs, reason);
    });
  }

  /** resetting -> verifying */
  resetDone(containerId: string, nowMs: number): void {
    this.#step(nowMs, () => this.#life.resetDone(containerId, nowMs));
  }

  /** verifying -> ready, or draining when it is due */
  verified(containerId: string, nowMs: number): void {
    this.#step(nowMs, () => this.#life.verified(containerId, nowMs));
  }

  /** Its reset failed: it is kept for a look. */
  quarantined(containerId: string, reason: string, nowMs: number): void {
    this.#step(nowMs, () => this.#life.quarantined(containerId, reason, nowMs));
  }

  /**
   * Takes an engine out of service for good: at once, or when its lease is over, and then it is not reset.
   * @returns to be called to think better of it while it is leased: it goes on serving, and `onRetired` is told false
   */
  retire(containerId: string, nowMs: number, onRetired: (isTaken: boolean) => void): () => void {
    return this.#step(nowMs, () => this.#life.retire(containerId, nowMs, onRetired));
  }

  /** Why it has to be replaced, beyond what can be seen of it. One that is due with `failed` is not handed out. */
  setDue(containerId: string, reason: Reason | undefined, nowMs: number): void {
    this.#step(nowMs, () => this.#life.setDue(containerId, reason));
  }

  /** Those made from another spec or image than is wanted now, by container ID. */
  setStale(ids: ReadonlySet<string>, nowMs: number = this.#nowMs): void {
    this.#step(nowMs, () => {
      this.#parts.stale = ids;
    });
  }

  isFrozen(containerId: string): boolean {
    return this.#parts.roster.get(containerId)?.isFrozen ?? false;
  }

  setFrozen(containerId: string, isFrozen: boolean): void {
    const engine = this.#parts.roster.get(containerId);
    if (engine !== undefined) engine.isFrozen = isFrozen;
  }

  /** @param reason undefined: it goes on */
  setRolloutPaused(reason: string | undefined): void {
    this.#parts.rolloutPausedBecause = reason;
  }

  resetBreaker(reason: string, nowMs: number): void {
    this.#step(nowMs, () => this.#life.resetBreaker(reason));
  }

  /** @returns whether no engine may be begun now. An open breaker lets one through each five minutes, to try. */
  isBreakerOpen(nowMs: number): boolean {
    const { breaker } = this.#parts;
    return breaker.open !== undefined && !breaker.mayProbe(nowMs);
  }

  /** Does what time alone brings: ends of leases, of waits and of quarantines, warnings, another size. */
  tick(nowMs: number): void {
    this.#step(nowMs, () => {
      this.#desk.tick(nowMs);
      this.#life.tick(nowMs);
    });
  }

  /** @returns when `tick` has something to do next, monotonic ms; Infinity: never */
  nextDeadlineMs(nowMs: number): number {
    const deadlines = [
      this.#desk.nextDeadlineMs(),
      this.#life.nextDeadlineMs(nowMs),
      this.#scaling.nextChangeMs(nowMs),
    ];
    return Math.min(...deadlines);
  }

  /** @param lookedAtMs when the look at the host began that it is for, monotonic */
  demand(nowMs: number, lookedAtMs = Number.POSITIVE_INFINITY): PoolDemand {
    this.#step(nowMs, () => undefined);
    return demandOf(this.#parts, lookedAtMs);
  }

  /** @param nameOf the Docker name of an engine, by container ID */
  view(nowMs: number, nameOf: (containerId: string) => string): PoolView {
    this.#step(nowMs, () => undefined);
    return viewPool(this.#parts, nowMs, nameOf);
  }

  /** @returns undefined for one that is not held */
  lease(leaseId: string): Lease | undefined {
    return this.#parts.book.get(leaseId)?.lease;
  }

  leases(): Lease[] {
    return [...this.#parts.book.all()].map(({ lease }) => lease);
  }

  /** A copy: what is done with one of them does not change it. */
  engines(): Readonly<Engine>[] {
    return [...this.#parts.roster.all()];
  }

  /** @returns undefined for one that is not known */
  stateOf(containerId: string): EngineState | undefined {
    return this.#parts.roster.get(containerId)?.state;
  }

  /** Whether it first passed its ready check at that time, monotonic ms, or later. */
  isReadySince(containerId: string, atMs: number): boolean {
    const engine = this.#parts.roster.get(containerId);
    return engine !== undefined && isReadySince(engine, atMs);
  }

  /** Since when it has been in its state, monotonic ms; Infinity for one that is not known. */
  sinceMs(containerId: string): number {
    return this.#parts.roster.get(containerId)?.sinceMs ?? Number.POSITIVE_INFINITY;
  }

  /** @returns since when it has been ready, monotonic ms; undefined for one that is not */
  idleSinceMs(containerId: string): number | undefined {
    const engine = this.#parts.roster.get(containerId);
    return engine?.state === "ready" ? engine.sinceMs : undefined;
  }

  /** How many engines of an older spec are ready. */
  idleStale(): number {
    const { roster, stale } = this.#parts;
    return [...roster.all()].filter(({ state, containerId }) => state === "ready" && stale.has(containerId))
      .length;
  }

  /**
   * Takes over what a journal holds, before anything else. Leases run for a whole ttl from now on. What was being reset has
   * to be reset again, what was starting has to be checked: `engines` tells them.
   */
  restore(records: Iterable<JournalRecord>, nowMs: number): void {
    this.#step(nowMs, () => restorePool(this.#parts, records, nowMs));
  }

  /** Their holders could not renew until now: what is held runs for a whole ttl from now on. */
  prolongLeases(nowMs: number): void {
    for (const held of this.#parts.book.all()) {
      const { lease } = held;
      held.lease = { ...lease, expiresAtMs: Math.max(lease.expiresAtMs, nowMs + lease.ttlMs) };
    }
  }

  /** What a compacted journal has to hold of this pool, beside the highest fence of the project. */
  snapshot(): JournalRecord[] {
    return snapshotPool(this.#parts);
  }

  /** Every change ends in this: engines that are free go to those who wait, and the target follows. */
  #step<T>(nowMs: number, change: () => T): T {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    return this.#parts.outbox.run(() => {
      const result = change();
      this.#desk.serve(nowMs);
      this.#rescale(nowMs);
      this.#desk.tellPlaces(nowMs);
      return result;
    });
  }

  #rescale(nowMs: number): void {
    const parts = this.#parts;
    const { target, decision } = this.#scaling.decide(parts.roster, parts.line, parts.breaker, nowMs);
    parts.target = target;
    parts.decision = decision;
    const before = this.#toldTarget;
    this.#toldTarget = target;
    if (before !== undefined && before !== target)
      parts.tell({ type: "scaled", from: before, to: target, decision });
    if (before === target && !parts.isPlanDue) return;
    parts.isPlanDue = false;
    parts.outbox.push(this.#settings.onDemand);
  }
}
