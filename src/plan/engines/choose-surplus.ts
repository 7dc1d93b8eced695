import type { JudgedEngine } from "./judge-engine.js";

/**
 * Which engines go when there are too many: those that are not ready yet, then those with most jobs behind them,
 * then the oldest, then those in the highest slots. Nothing that somebody uses.
 */
export function chooseSurplus(engines: readonly JudgedEngine[], count: number): readonly JudgedEngine[] {
  const idle = engines.filter(({ standing }) => standing.is === "ready" || standing.is === "starting");
  return idle.toSorted(compareWorth).slice(0, Math.max(0, count));
}

function compareWorth(a: JudgedEngine, b: JudgedEngine): number {
  const begun = (engine: JudgedEngine) => (engine.standing.is === "starting" ? 0 : 1);
  const jobs = (engine: JudgedEngine) => engine.demand?.jobs ?? 0;
  return (
    begun(a) - begun(b) ||
    jobs(b) - jobs(a) ||
    a.container.createdAtMs - b.container.createdAtMs ||
    b.slot - a.slot
  );
}
