import type { EngineView, PoolDemand, PoolView } from "../../model/engine.js";
import type { Engine } from "./engine-roster.js";
import { viewLease } from "./lease.js";
import { lastJobReason, type PoolParts } from "./pool-parts.js";

/**
 * What planning has to know of a pool.
 * @param lookedAtMs when the look at the host began that it is for, monotonic
 */
export function demandOf(parts: PoolParts, lookedAtMs: number): PoolDemand {
  const mayBeSucceeded = succeedStale(parts);
  const engines = [...parts.roster.all()].map((engine) => {
    const { containerId, state, jobs, due } = engine;
    const last = state === "leased" ? lastJobReason(parts, engine, "clean") : undefined;
    const isLastJob = last !== undefined && (last.due !== "config-changed" || mayBeSucceeded());
    const isNewerThanLook = isReadySince(engine, lookedAtMs);
    return [
      containerId,
      { state, jobs, isLastJob, due, ...(isNewerThanLook && { isNewerThanLook }) },
    ] as const;
  });
  return { target: parts.target, engines: new Map(engines) };
}

/**
 * Leased engines of an older spec are replaced on release. While none of them is idle, as many as a rollout may begin at a
 * time have their successor made before.
 * @returns to be asked for each of them
 */
function succeedStale({ roster, stale, settings }: PoolParts): () => boolean {
  const isRolling = [...roster.all()].some(
    ({ state, containerId }) => state === "ready" && stale.has(containerId),
  );
  let left = isRolling ? 0 : settings.policy().rollout.surge;
  return () => {
    left -= 1;
    return left >= 0;
  };
}

export const isReadySince = ({ firstReadyMs }: Engine, atMs: number): boolean =>
  firstReadyMs !== undefined && firstReadyMs >= atMs;

/** @param nameOf the Docker name of an engine, by container ID */
export function viewPool(parts: PoolParts, nowMs: number, nameOf: (containerId: string) => string): PoolView {
  const { settings, roster, line, target, decision, breaker, stale, rolloutPausedBecause } = parts;
  const engines = [...roster.all()].sort((a, b) => a.slot - b.slot || a.sinceMs - b.sinceMs);
  const staleCount = engines.filter(({ containerId }) => stale.has(containerId)).length;
  const isRolling = staleCount > 0 || rolloutPausedBecause !== undefined;
  return {
    id: settings.pool,
    target,
    counts: { ...roster.counts },
    queued: line.length,
    decision,
    breaker: breaker.open && { reason: breaker.open.reason, since: breaker.open.since },
    rollout: isRolling ? { stale: staleCount, pausedBecause: rolloutPausedBecause } : undefined,
    engines: engines.map((engine) => viewEngine(parts, engine, nowMs, nameOf)),
  };
}

function viewEngine(
  { settings, book, stale }: PoolParts,
  { containerId, address, slot, state, sinceMs, jobs, isFrozen, history }: Engine,
  nowMs: number,
  nameOf: (containerId: string) => string,
): EngineView {
  const held = book.ofEngine(containerId);
  const wallMs = settings.wallMs();
  return {
    ...{ address, pool: settings.pool, slot, containerId, state },
    name: nameOf(containerId),
    since: history.at(-1)?.at ?? new Date(wallMs - (nowMs - sinceMs)).toISOString(),
    ...{ jobs, isFrozen, isStale: stale.has(containerId) },
    lease: held && viewLease(held.lease, nowMs, wallMs),
    history: [...history],
  };
}
