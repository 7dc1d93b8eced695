import type { PoolParts } from "./pool-parts.js";

/** Why no engine can be handed out now, in a sentence without a full stop: `no engine is ready: 2 in use, 1 starting`. */
export function explainMiss({ roster, line, breaker }: PoolParts): string {
  const { starting, ready, leased, resetting, verifying } = roster.counts;
  const parts = [
    [leased, "in use"],
    [resetting + verifying, "being reset"],
    [starting, "starting"],
    [ready, "ready but stale or failing"],
    [line.length, "waiting before"],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const state = roster.live === 0 ? "there is no engine" : "no engine is ready";
  const because = breaker.open === undefined ? "" : `; no more are started: ${breaker.open.reason}`;
  return `${state}${told.length === 0 ? "" : `: ${told.join(", ")}`}${because}`;
}
