import type { Change } from "../../model/plan.js";
import type { PoolPolicy, PoolResource } from "../../model/pool.js";
import { replaceEngine } from "./engine-changes.js";
import type { FreeSlots } from "./free-slots.js";
import { type JudgedEngine, whyOf } from "./judge-engine.js";

/** In a lane one engine at a time is on its way. */
interface Lane {
  /** The old engine goes before the new one is there. */
  readonly isGap: boolean;
  /** What is on its way here already. */
  readonly begun: readonly JudgedEngine[];
}

/**
 * Replaces engines that serve, by and by: as many at a time as the pool's rollout allows, each later one after an
 * earlier one.
 * @param engines due, by slot
 * @param starting engines of the pool that are on their way already: they count
 */
export function rollEngines(
  pool: PoolResource,
  engines: readonly JudgedEngine[],
  starting: readonly JudgedEngine[],
  slots: FreeSlots,
): Change[] {
  const lanes = openLanes(pool.policy, starting);
  return engines.map((engine, index) => {
    const lane = lanes[index % lanes.length];
    const isGap = lane?.isGap === true && slots.canStandAgain(engine);
    const change = replaceEngine(pool, engine, isGap ? engine.slot : slots.take(), whyOf(engine));
    const earlier = engines[index - lanes.length];
    const before = earlier === undefined ? (lane?.begun ?? []) : [earlier];
    return { ...change, dependsOn: [...change.dependsOn, ...before.map(({ address }) => address)] };
  });
}

/**
 * The lanes of a rollout, free ones first. What is on its way already may have left a gap of its own, so that it
 * stands in the lanes with gaps first.
 */
function openLanes({ rollout }: PoolPolicy, starting: readonly JudgedEngine[]): readonly Lane[] {
  const count = Math.max(1, rollout.surge + rollout.unavailable);
  const lanes = Array.from({ length: count }, (_, lane): Lane => {
    const begun = starting.filter((_engine, index) => index % count === count - 1 - lane);
    return { isGap: lane >= rollout.surge && rollout.unavailable > 0, begun };
  });
  return lanes.toSorted((a, b) => Math.min(1, a.begun.length) - Math.min(1, b.begun.length));
}
