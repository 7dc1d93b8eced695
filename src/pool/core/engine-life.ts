import type { Reason } from "../../model/plan.js";
import type { Engine } from "./engine-roster.js";
import { answerRetirees, drainEngine, type PoolParts } from "./pool-parts.js";

/** An engine that dies so soon after it was ready has not really started. */
const CRASH_MS = 10_000;
const SAME_CAUSE_MS = 1_000;

/**
 * The side of a pool where engines come, are made ready, fail and go. News of an engine that has failed, is to be removed
 * or is gone by now comes too late to matter and is dropped; any other news that its state forbids is a bug and throws.
 */
export class EngineLife {
  readonly #parts: PoolParts;
  #crashedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  begun(containerId: string, slot: number, nowMs: number): void {
    const { roster, breaker } = this.#parts;
    if (roster.get(containerId) !== undefined) return;
    breaker.begun(containerId, nowMs);
    roster.add(containerId, slot, nowMs);
  }

  ready(containerId: string, nowMs: number, reason: string): void {
    const engine = this.#inService(containerId);
    // Both who started it and who found it may have waited for it.
    if (engine === undefined || engine.state === "ready") return;
    if (engine.state !== "starting") throw outOfOrder(engine, "ready");
    const { roster, breaker, pace } = this.#parts;
    pace.start.add(nowMs - engine.sinceMs);
    engine.firstReadyMs = nowMs;
    roster.move(engine, "ready", reason, nowMs);
    const before = breaker.failures;
    if (breaker.good(containerId))
      this.#parts.tell({ type: "breaker-closed", reason: `${engine.address} is ready` });
    if (before > 0) this.#recordBreaker();
  }

  /** @returns whether it was in service until now */
  failed(containerId: string, reason: string, nowMs: number): boolean {
    const engine = this.#inService(containerId);
    if (engine === undefined) return false;
    const { roster } = this.#parts;
    if (engine.state === "starting" || this.#crashed(engine, nowMs)) this.#badStart(engine, reason, nowMs);
    engine.due = "failed";
    roster.move(engine, "error", reason, nowMs);
    this.#parts.isPlanDue = true;
    if (engine.retirees.size > 0)
      drainEngine(this.#parts, engine, "failed", "it was to be taken away", nowMs);
    return true;
  }

  gone(containerId: string, nowMs: number, reason: string): void {
    const { roster, breaker } = this.#parts;
    const engine = roster.get(containerId);
    if (engine === undefined) return;
    if (this.#inService(containerId) !== undefined && this.#crashed(engine, nowMs))
      this.#badStart(engine, reason, nowMs);
    breaker.left(containerId);
    roster.remove(engine, reason);
    this.#parts.isPlanDue = true;
    answerRetirees(this.#parts, engine);
  }

  resetDone(containerId: string, nowMs: number): void {
    const engine = this.#inService(containerId);
    if (engine === undefined) return;
    if (engine.state !== "resetting") throw outOfOrder(engine, "reset");
    this.#parts.roster.move(engine, "verifying", "its reset steps are done", nowMs);
  }

  verified(containerId: string, nowMs: number): void {
    const engine = this.#inService(containerId);
    if (engine === undefined) return;
    if (engine.state !== "verifying") throw outOfOrder(engine, "verified");
    const { roster, pace } = this.#parts;
    pace.reset.add(nowMs - (engine.returnedMs ?? engine.sinceMs));
    if (engine.due !== undefined)
      drainEngine(this.#parts, engine, engine.due, "it is due to be replaced", nowMs);
    else roster.move(engine, "ready", "its reset is proven", nowMs);
  }

  quarantined(containerId: string, reason: string, nowMs: number): void {
    const engine = this.#inService(containerId);
    if (engine === undefined) return;
    if (engine.state !== "resetting" && engine.state !== "verifying") throw outOfOrder(engine, "quarantined");
    // Whatever it was due for, it is kept for a look first.
    engine.due = undefined;
    this.#parts.roster.move(engine, "quarantined", reason, nowMs);
    this.#parts.isPlanDue = true;
    this.#endQuarantines(nowMs);
  }

  retire(containerId: string, nowMs: number, onRetired: (isTaken: boolean) => void): () => void {
    const { roster, outbox } = this.#parts;
    const engine = roster.get(containerId);
    if (engine?.state === "leased") {
      engine.retirees.add(onRetired);
      return () => {
        if (engine.retirees.delete(onRetired)) onRetired(false);
      };
    }
    if (engine !== undefined && engine.state !== "draining")
      drainEngine(this.#parts, engine, undefined, "it is taken away", nowMs);
    outbox.push(() => onRetired(true));
    return () => undefined;
  }

  setDue(containerId: string, due: Reason | undefined): void {
    const engine = this.#parts.roster.get(containerId);
    if (engine === undefined || engine.due === due) return;
    // What is kept for a look goes for one reason only.
    if (engine.state === "quarantined" && due !== "expired") return;
    this.#parts.roster.setDue(engine, due);
    this.#parts.isPlanDue = true;
  }

  resetBreaker(reason: string): void {
    const { breaker } = this.#parts;
    const before = breaker.failures;
    const wasOpen = breaker.reset();
    if (wasOpen) this.#parts.tell({ type: "breaker-closed", reason });
    if (wasOpen || before > 0) this.#recordBreaker();
  }

  tick(nowMs: number): void {
    this.#endQuarantines(nowMs);
  }

  nextDeadlineMs(nowMs: number): number {
    const { settings, roster, breaker } = this.#parts;
    const { ttlMs } = settings.policy().quarantine;
    const { probeAtMs = nowMs } = breaker;
    let next = probeAtMs > nowMs ? probeAtMs : Number.POSITIVE_INFINITY;
    if (roster.counts.quarantined === 0) return next;
    for (const engine of roster.all())
      if (engine.state === "quarantined" && engine.due === undefined)
        next = Math.min(next, engine.sinceMs + ttlMs);
    return next;
  }

  #inService(containerId: string): Engine | undefined {
    const engine = this.#parts.roster.get(containerId);
    const isOut =
      engine?.state === "error" || engine?.state === "draining" || engine?.state === "quarantined";
    return isOut ? undefined : engine;
  }

  /** Many at once have one cause, and most likely not their own: Docker was restarted. */
  #crashed(engine: Engine, nowMs: number): boolean {
    if (!hasCrashed(engine, nowMs)) return false;
    const isAnother = nowMs >= this.#crashedMs + SAME_CAUSE_MS;
    this.#crashedMs = nowMs;
    return isAnother;
  }

  #badStart(engine: Engine, cause: string, nowMs: number): void {
    const { breaker, settings } = this.#parts;
    const { failures } = settings.policy().breaker;
    const reason = `${engine.address}: ${cause}`;
    const since = new Date(settings.wallMs()).toISOString();
    if (breaker.bad(engine.containerId, failures, { reason, since }, nowMs))
      this.#parts.tell({ type: "breaker-opened", reason, failures: breaker.failures });
    this.#recordBreaker();
  }

  #recordBreaker(): void {
    const { breaker, settings } = this.#parts;
    settings.record(breakerRecord(settings.pool, breaker));
  }

  /** Those that were kept for long enough, and the oldest of more than may be kept. */
  #endQuarantines(nowMs: number): void {
    const { roster, settings } = this.#parts;
    if (roster.counts.quarantined === 0) return;
    const { ttlMs, keep } = settings.policy().quarantine;
    const kept = [...roster.all()].filter(({ state, due }) => state === "quarantined" && due === undefined);
    kept.sort((a, b) => b.sinceMs - a.sinceMs);
    for (const [index, engine] of kept.entries())
      if (index >= keep || engine.sinceMs + ttlMs <= nowMs) this.setDue(engine.containerId, "expired");
  }
}

export function breakerRecord(pool: string, { failures, open }: PoolParts["breaker"]) {
  const told = open && { reason: open.reason, since: open.since };
  return { k: "breaker" as const, pool, failures, ...(told && { open: told }) };
}

function hasCrashed({ firstReadyMs }: Engine, nowMs: number): boolean {
  return firstReadyMs !== undefined && nowMs - firstReadyMs < CRASH_MS;
}

const outOfOrder = ({ address, state }: Engine, news: string) =>
  new Error(`${address}: an engine that is ${state} cannot be told ${news}`);
