import type { Demand, EngineDemand } from "../../model/engine.js";
import type { PoolResource, PoolSize } from "../../model/pool.js";
import { SizeSchedule } from "./current-size.js";

/** The sizes by which the targets of a demand were counted, by pool. */
export type CountedSizes = ReadonlyMap<string, PoolSize>;

/** @param wallMs when, by the clock on the wall: a schedule may have its own size then */
export function currentSizes(pools: readonly PoolResource[], wallMs: number): CountedSizes {
  return new Map(pools.map(({ id, policy }) => [id, new SizeSchedule().at(policy, wallMs).size]));
}

/**
 * The demand as it would be under another file: a pool whose size that file leaves alone keeps its target; the target of
 * another one is counted anew from the engines that are in use. Who queues is not known here: they are not counted.
 */
export function adaptDemand(
  demand: Demand,
  sizes: CountedSizes,
  pools: readonly PoolResource[],
  wallMs: number,
): Demand {
  const wanted = currentSizes(pools, wallMs);
  const ids = [...new Set([...demand.keys(), ...wanted.keys()])];
  const adapted = ids.map((id) => {
    const { engines = new Map<string, EngineDemand>(), target } = demand.get(id) ?? {};
    const [before, after] = [sizes.get(id), wanted.get(id)];
    if (after === undefined) return [id, { engines, target: target ?? 0 }] as const;
    const isKept = target !== undefined && before !== undefined && isSame(before, after);
    return [id, { engines, target: isKept ? target : targetOf(after, engines) }] as const;
  });
  return new Map(adapted);
}

const isSame = (a: PoolSize, b: PoolSize) => a.min === b.min && a.max === b.max && a.spare === b.spare;
const BUSY: ReadonlySet<string> = new Set(["leased", "resetting", "verifying"]);

function targetOf({ min, max, spare }: PoolSize, engines: ReadonlyMap<string, EngineDemand>): number {
  const busy = [...engines.values()].filter(({ state }) => BUSY.has(state)).length;
  return Math.min(max, Math.max(min, busy + spare));
}
