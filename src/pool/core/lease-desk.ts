import type { QueuePlace, ReleaseOutcome } from "../pools.js";
import { chooseEngine } from "./choose-engine.js";
import type { Engine } from "./engine-roster.js";
import { explainMiss } from "./explain-miss.js";
import type { Lease, LeaseWish, Released, Renewed, Settled } from "./lease.js";
import type { Held } from "./lease-book.js";
import { drainEngine, lastJobReason, type PoolParts, turnEngine } from "./pool-parts.js";
import type { Asker } from "./waiting-line.js";

type Refusal = Extract<Settled, { kind: "refused" }>;

/** While nothing is known of how long a wait may be. */
const RETRY_AFTER_MS = 5_000;
/** How often those who wait are told of their places. */
const PLACES_MS = 250;

/** The side of a pool where leases are asked for, renewed and given back. */
export class LeaseDesk {
  readonly #parts: PoolParts;
  #hasNewcomer = false;
  #placesToldMs = Number.NEGATIVE_INFINITY;

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  acquire(wish: LeaseWish, asker: Asker, nowMs: number): void {
    const { line, settings } = this.#parts;
    // What follows the file may have changed since the last step: whoever waits comes first.
    this.serve(nowMs);
    if (wish.key !== undefined && this.#answerByKey(wish.key, asker, nowMs)) return;
    const engine = line.length === 0 ? this.#choose() : undefined;
    if (engine !== undefined) {
      this.#grant(engine, wish, [asker], undefined, nowMs);
    } else if (asker.deadlineMs <= nowMs) {
      this.refuse(asker, "no-engine", explainMiss(this.#parts), nowMs);
    } else if (line.length >= settings.policy().lease.queue) {
      const why = `${line.length} wait already, and no more than ${settings.policy().lease.queue} may`;
      this.refuse(asker, "queue-full", why, nowMs);
    } else {
      const position = line.add(wish, asker, explainMiss(this.#parts));
      this.#hasNewcomer = true;
      this.#parts.tell({ type: "waiter-queued", holder: asker.holder, position });
    }
  }

  /** Hands out engines for as long as there are any, and somebody waits. */
  serve(nowMs: number): void {
    const { line } = this.#parts;
    while (line.length > 0) {
      const engine = this.#choose();
      if (engine === undefined) return;
      const place = line.shift();
      if (place !== undefined) this.#grant(engine, place.wish, place.askers, place.missReason, nowMs);
    }
  }

  told(leaseId: string): boolean {
    const held = this.#parts.book.get(leaseId);
    if (held !== undefined) held.lease = { ...held.lease, isTold: true };
    return held !== undefined;
  }

  giveBack(leaseId: string, isTouched: boolean, nowMs: number): void {
    const { book, roster } = this.#parts;
    const held = book.get(leaseId);
    if (held === undefined || held.lease.isTold) return;
    held.askers -= 1;
    const engine = roster.get(held.lease.containerId);
    if (held.askers > 0 || engine === undefined) return;
    this.#end(held, "it was given back unused", nowMs);
    this.#parts.tell({ type: "lease-given-back", lease: held.lease });
    if (isTouched) {
      turnEngine(this.#parts, engine, "clean", `given back by ${held.lease.holder}`, nowMs);
      return;
    }
    engine.jobs -= 1;
    const reason = `given back unused by ${held.lease.holder}`;
    if (engine.retirees.size > 0) drainEngine(this.#parts, engine, undefined, reason, nowMs);
    else roster.move(engine, "ready", reason, nowMs);
  }

  renew(leaseId: string, fence: number, ttlMs: number | undefined, nowMs: number): Renewed {
    const { book, settings } = this.#parts;
    this.#expireIfOver(book.get(leaseId), nowMs);
    const held = book.get(leaseId);
    if (held === undefined) return this.#notHeld(leaseId);
    const { lease } = held;
    if (fence !== lease.fence) return { kind: "stale-fence", fence: lease.fence };
    const { maxMs = Number.POSITIVE_INFINITY } = settings.policy().lease;
    const wantedMs = nowMs + (ttlMs ?? lease.ttlMs);
    const expiresAtMs = Math.min(wantedMs, lease.sinceMs + maxMs);
    // Never taken away from it: after a restart, or under a new file, it may have more than it could get now.
    if (expiresAtMs < wantedMs && expiresAtMs <= lease.expiresAtMs) return { kind: "at-maximum", lease };
    held.lease = { ...lease, ttlMs: ttlMs ?? lease.ttlMs, expiresAtMs };
    if (held.lease.ttlMs !== lease.ttlMs) this.#record(held.lease);
    this.#parts.tell({ type: "lease-renewed", lease: held.lease });
    return { kind: "renewed", lease: held.lease };
  }

  release(leaseId: string, fence: number | undefined, outcome: ReleaseOutcome, nowMs: number): Released {
    const { book, roster, pace } = this.#parts;
    this.#expireIfOver(book.get(leaseId), nowMs);
    const held = book.get(leaseId);
    const engine = held && roster.get(held.lease.containerId);
    if (held === undefined || engine === undefined) return this.#notHeld(leaseId);
    const { lease } = held;
    if (fence !== undefined && fence !== lease.fence) return { kind: "stale-fence", fence: lease.fence };
    const heldMs = nowMs - lease.sinceMs;
    this.#end(held, "it was released", nowMs);
    pace.lease.add(heldMs);
    this.#parts.tell({ type: "lease-released", lease, outcome, heldMs });
    const reason = `released${outcome === "dirty" ? " dirty" : ""} by ${lease.holder}`;
    const next = turnEngine(this.#parts, engine, outcome, reason, nowMs);
    return { kind: "released", containerId: engine.containerId, next };
  }

  /** Its engine cannot serve it any more. */
  lose(containerId: string, reason: string, nowMs: number): void {
    const held = this.#parts.book.ofEngine(containerId);
    if (held === undefined) return;
    this.#end(held, `its engine was lost: ${reason}`, nowMs);
    this.#parts.tell({ type: "lease-lost", lease: held.lease, reason });
  }

  leave(ticket: number, nowMs: number): void {
    const asker = this.#parts.line.leave(ticket);
    if (asker === undefined) return;
    const waitedMs = nowMs - asker.joinedMs;
    this.#parts.tell({ type: "waiter-left", holder: asker.holder, waitedMs });
  }

  /** Leases and waits that are over, and leases that are held for too long. */
  tick(nowMs: number): void {
    const { book, line, settings } = this.#parts;
    for (const held of [...book.all()]) {
      if (this.#expireIfOver(held, nowMs)) continue;
      const heldMs = nowMs - held.lease.sinceMs;
      if (held.isLeakTold || heldMs < settings.policy().lease.leakMs) continue;
      held.isLeakTold = true;
      this.#parts.tell({ type: "lease-leaking", lease: held.lease, heldMs });
    }
    book.forgetOld(nowMs);
    // An engine that came free with the last step is still in time for those whose time is over with this one.
    this.serve(nowMs);
    const late = line.leaveLate(nowMs);
    const why = late.length === 0 ? "" : explainMiss(this.#parts);
    for (const asker of late) {
      const waitedMs = nowMs - asker.joinedMs;
      this.#parts.tell({ type: "waiter-timed-out", holder: asker.holder, waitedMs });
      this.refuse(asker, "no-engine", `${why}; waited for ${Math.round(waitedMs / 100) / 10} s`, nowMs);
    }
  }

  nextDeadlineMs(): number {
    const { book, line, settings } = this.#parts;
    let next = line.nextDeadlineMs();
    for (const { lease, isLeakTold } of book.all()) {
      const leakMs = isLeakTold ? Number.POSITIVE_INFINITY : lease.sinceMs + settings.policy().lease.leakMs;
      next = Math.min(next, lease.expiresAtMs, leakMs);
    }
    return next;
  }

  refuse(asker: Asker, code: Refusal["code"], why: string, nowMs: number): void {
    const { line, outbox } = this.#parts;
    const retryAfterMs =
      code === "lease-ended" ? 0 : (this.estimates(nowMs)(line.length + 1) ?? RETRY_AFTER_MS);
    this.#parts.tell({ type: "refused", holder: asker.holder, code });
    outbox.push(() => asker.onSettled({ kind: "refused", code, retryAfterMs, why }));
  }

  /** Tells all whose place has changed. */
  tellPlaces(nowMs: number): void {
    const { line, outbox } = this.#parts;
    // Who has just come is told at once; thousands who wait are not told of every step.
    if (line.length === 0 || (!this.#hasNewcomer && nowMs < this.#placesToldMs + PLACES_MS)) return;
    this.#hasNewcomer = false;
    this.#placesToldMs = nowMs;
    let estimate: ((position: number) => number | undefined) | undefined;
    for (const [index, { askers }] of line.places.entries()) {
      for (const asker of askers) {
        const position = index + 1;
        if (asker.onPlace === undefined || asker.toldPosition === position) continue;
        asker.toldPosition = position;
        estimate ??= this.estimates(nowMs);
        const place: QueuePlace = { position, estimateMs: estimate(position) };
        outbox.push(() => asker.onPlace?.(place));
      }
    }
  }

  estimates(nowMs: number): (position: number) => number | undefined {
    const { pace, roster, settings, target } = this.#parts;
    const begun = Math.max(0, target - roster.live);
    return pace.estimate(roster.all(), begun, settings.policy().reset !== undefined, nowMs);
  }

  #choose(): Engine | undefined {
    const { roster, stale, settings } = this.#parts;
    if (roster.counts.ready === 0) return undefined;
    return chooseEngine(roster.all(), (containerId) => stale.has(containerId), settings.policy().allowStale);
  }

  /** @returns whether the key decides what becomes of this asker */
  #answerByKey(key: string, asker: Asker, nowMs: number): boolean {
    const { book, line } = this.#parts;
    this.#expireIfOver(book.ofKey(key), nowMs);
    const held = book.ofKey(key);
    if (held !== undefined) {
      held.askers += 1;
      this.#deliver(asker, held.lease, 0);
      return true;
    }
    const ended = book.endedOfKey(key, nowMs);
    const place = line.ofKey(key);
    if (ended !== undefined) {
      this.refuse(asker, "lease-ended", `the lease of the key \`${key}\` is over: ${ended.why}`, nowMs);
    } else if (place !== undefined) {
      if (asker.deadlineMs > nowMs) {
        line.join(place, asker);
        this.#hasNewcomer = true;
      } else this.refuse(asker, "no-engine", explainMiss(this.#parts), nowMs);
    }
    return ended !== undefined || place !== undefined;
  }

  #grant(
    engine: Engine,
    wish: LeaseWish,
    askers: readonly Asker[],
    missReason: string | undefined,
    nowMs: number,
  ): void {
    const { settings, roster, book } = this.#parts;
    const { lease: policy } = settings.policy();
    const ttlMs = wish.ttlMs ?? policy.ttlMs;
    const lease: Lease = {
      ...{ id: settings.newId(), fence: settings.nextFence(), pool: settings.pool },
      ...{ containerId: engine.containerId, engine: engine.address, holder: wish.holder, key: wish.key },
      since: new Date(settings.wallMs()).toISOString(),
      sinceMs: nowMs,
      ttlMs,
      expiresAtMs: nowMs + Math.min(ttlMs, policy.maxMs ?? Number.POSITIVE_INFINITY),
      source: missReason === undefined ? "warm" : "queued",
      isTold: false,
    };
    engine.jobs += 1;
    book.add(lease, askers.length);
    this.#record(lease);
    roster.move(engine, "leased", `leased to ${wish.holder}`, nowMs);
    // Its replacement may be begun while it works.
    if (lastJobReason(this.#parts, engine, "clean") !== undefined) this.#parts.isPlanDue = true;
    const queuedMs = nowMs - (askers[0]?.joinedMs ?? nowMs);
    this.#parts.tell({ type: "lease-granted", lease, queuedMs, missReason });
    for (const asker of askers) this.#deliver(asker, lease, nowMs - asker.joinedMs);
  }

  /** Told when the step is whole; the lease may be over again by then, as `told` will say. */
  #deliver(asker: Asker, lease: Lease, queuedMs: number): void {
    this.#parts.outbox.push(() => asker.onSettled({ kind: "granted", lease, queuedMs }));
  }

  #expireIfOver(held: Held | undefined, nowMs: number): boolean {
    if (held === undefined || nowMs < held.lease.expiresAtMs) return false;
    const { roster, settings, pace } = this.#parts;
    const { lease } = held;
    const heldMs = nowMs - lease.sinceMs;
    this.#end(held, "it expired", nowMs);
    pace.lease.add(heldMs);
    this.#parts.tell({ type: "lease-expired", lease, heldMs });
    const outcome = settings.policy().lease.onExpire === "recycle" ? "dirty" : "clean";
    const engine = roster.get(lease.containerId);
    const reason = `the lease of ${lease.holder} expired`;
    if (engine !== undefined) turnEngine(this.#parts, engine, outcome, reason, nowMs);
    return true;
  }

  /** The key of a lease that nobody was told of is free again: nobody can have used it. */
  #end(held: Held, why: string, nowMs: number): void {
    const { book, settings } = this.#parts;
    const { id: leaseId, pool, isTold } = held.lease;
    const key = isTold ? held.lease.key : undefined;
    const at = new Date(settings.wallMs()).toISOString();
    book.drop(held);
    book.remember({ leaseId, key, why, at, endedMs: nowMs });
    settings.record({ k: "ended", leaseId, pool, key, why, at });
  }

  #notHeld(leaseId: string): { kind: "ended"; why: string } | { kind: "unknown" } {
    const ended = this.#parts.book.ended(leaseId);
    return ended === undefined ? { kind: "unknown" } : { kind: "ended", why: ended.why };
  }

  #record(lease: Lease): void {
    const { sinceMs, expiresAtMs, isTold, ...record } = lease;
    this.#parts.settings.record({ k: "lease", lease: record });
  }
}
