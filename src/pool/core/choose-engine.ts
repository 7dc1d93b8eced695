import type { Engine } from "./engine-roster.js";

/**
 * Which engine is handed out: one that is ready, and not one that is known to be failing.
 *
 * A fresh one goes before one of an older spec, so that a rollout is felt at once, and one that stays before one that is
 * due, so that the due one is idle and can be replaced. Then the one that was ready last: its memory is the warmest, and
 * the others stay idle for long enough to be frozen or given up. A frozen one only after that: thawing costs a call.
 */
export function chooseEngine(
  engines: Iterable<Engine>,
  isStale: (containerId: string) => boolean,
  allowStale: boolean,
): Engine | undefined {
  let best: Engine | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const engine of engines) {
    if (engine.state !== "ready" || engine.due === "failed") continue;
    const stale = isStale(engine.containerId);
    if (stale && !allowStale) continue;
    const rank = (stale ? 4 : 0) + (engine.due === undefined ? 0 : 2) + (engine.isFrozen ? 1 : 0);
    if (rank < bestRank || (rank === bestRank && engine.readyOrder > (best?.readyOrder ?? 0))) {
      best = engine;
      bestRank = rank;
    }
  }
  return best;
}
