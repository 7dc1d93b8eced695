import type { JournalRecord, LeaseRecord } from "../journal/journal-record.js";
import { type Replayed, replay } from "../journal/replay.js";
import { breakerRecord } from "./engine-life.js";
import type { Engine } from "./engine-roster.js";
import type { PoolParts } from "./pool-parts.js";

/**
 * Takes over what a journal says of this pool. The clock on the wall may have been moved while warm was away: an age is
 * never negative, and a lease runs for a whole ttl from now on.
 */
export function restorePool(parts: PoolParts, records: Iterable<JournalRecord>, nowMs: number): void {
  const past = replay(records);
  const { pool, wallMs } = parts.settings;
  const atMs = (iso: string) => nowMs - Math.max(0, wallMs() - Date.parse(iso));
  for (const engine of past.engines.values()) {
    if (engine.pool !== pool) continue;
    parts.roster.restore(engine, atMs(engine.history.at(-1)?.at ?? new Date(wallMs()).toISOString()));
  }
  for (const lease of past.leases.values())
    if (lease.pool === pool) restoreLease(parts, lease, atMs(lease.since), nowMs);
  distrustEngines(parts, nowMs);
  restoreEnded(parts, past, atMs);
  const breaker = past.breakers.get(pool);
  if (breaker !== undefined)
    parts.breaker.restore(
      breaker.failures,
      breaker.open && { ...breaker.open, sinceMs: atMs(breaker.open.since) },
    );
}

/** A lease without its engine is none; one whose engine was not recorded as leased any more was never told. */
function restoreLease(
  { roster, book, settings }: PoolParts,
  record: LeaseRecord,
  sinceMs: number,
  nowMs: number,
): void {
  const { containerId, ttlMs, id: leaseId, pool } = record;
  if (roster.get(containerId)?.state === "leased" && book.ofEngine(containerId) === undefined) {
    book.add({ ...record, sinceMs, expiresAtMs: nowMs + ttlMs, isTold: true }, 0);
    return;
  }
  const engine = roster.get(containerId);
  if (engine?.state === "ready") {
    engine.jobs += 1;
    roster.distrust(engine, "its lease was cut off by a stop of warm", nowMs);
  }
  const at = new Date(settings.wallMs()).toISOString();
  settings.record({ k: "ended", leaseId, pool, why: "warm was stopped while it was granted", at });
}

/** Nobody knows how far a reset had come, or what a lease that is over has left behind. */
function distrustEngines({ roster, book }: PoolParts, nowMs: number): void {
  const isDoubtful = ({ state, containerId }: Engine) =>
    state === "verifying" || (state === "leased" && book.ofEngine(containerId) === undefined);
  for (const engine of [...roster.all()]) {
    if (isDoubtful(engine)) roster.distrust(engine, "warm was stopped before its reset was proven", nowMs);
    if (engine.state === "resetting") engine.returnedMs = nowMs;
  }
}

function restoreEnded({ book, settings }: PoolParts, past: Replayed, atMs: (iso: string) => number): void {
  for (const { leaseId, pool, key, why, at } of past.ended.values())
    if (pool === settings.pool) book.remember({ leaseId, key, why, at, endedMs: atMs(at) });
}

/** All that a journal has to hold of a pool. */
export function snapshotPool({ settings, roster, book, breaker }: PoolParts): JournalRecord[] {
  const { pool } = settings;
  return [
    ...roster.snapshot(),
    ...[...book.all()].map(({ lease: { sinceMs, expiresAtMs, isTold, ...lease } }) => ({
      k: "lease" as const,
      lease,
    })),
    ...book
      .allEnded()
      .map(({ leaseId, key, why, at }) => ({ k: "ended" as const, leaseId, pool, key, why, at })),
    ...(breaker.failures > 0 || breaker.open !== undefined ? [breakerRecord(pool, breaker)] : []),
  ];
}
