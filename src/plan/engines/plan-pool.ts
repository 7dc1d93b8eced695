import type { PoolDemand } from "../../model/engine.js";
import type { ObservedContainer } from "../../model/observed.js";
import type { Change } from "../../model/plan.js";
import type { PoolResource } from "../../model/pool.js";
import { chooseSurplus } from "./choose-surplus.js";
import { countWanted } from "./count-wanted.js";
import { createEngine, deleteEngine, keepEngine, replaceEngine, updateEngine } from "./engine-changes.js";
import { type FoundEngine, findEngines } from "./find-engines.js";
import { type FreeSlots, findFreeSlots } from "./free-slots.js";
import { isTooOld } from "./is-too-old.js";
import {
  isBusy,
  type JudgedEngine,
  judgeEngine,
  type PoolSources,
  type Standing,
  whyOf,
} from "./judge-engine.js";
import { rollEngines } from "./roll-engines.js";

/**
 * Plans one pool: what is broken makes room first, what is due is replaced while it serves, what is missing is
 * made, what is too much goes.
 */
export function planPool(
  sources: PoolSources,
  containers: readonly ObservedContainer[],
  demand: PoolDemand | undefined,
): Change[] {
  const { pool, index } = sources;
  const found = findEngines(containers, pool.prefix, demand);
  const counted = found.filter((engine) => engine.role === "current" || isLeasedCopy(engine));
  const engines = counted.map((engine) => ({ ...engine, standing: judgeEngine(engine, sources) }));
  const slots = findFreeSlots(pool, found, index);
  const wanted = countWanted(pool, demand);
  return [...removeUncounted(found, counted, sources), ...planCounted(pool, engines, wanted, slots)];
}

/** A copy of an engine's labels that has somebody who uses it is as good as any. */
const isLeasedCopy = (engine: FoundEngine) => engine.role === "copy" && isBusy(engine);

/** Copies go; what is in quarantine stays until its time is over, by who put it there or else by its own age. */
function removeUncounted(
  found: readonly FoundEngine[],
  counted: readonly FoundEngine[],
  { pool, index }: PoolSources,
): Change[] {
  const { ttlMs } = pool.policy.quarantine;
  const isForgotten = ({ demand, container }: FoundEngine) =>
    demand === undefined && isTooOld(container, ttlMs, index.observed.observedAt);
  return found.flatMap((engine) => {
    if (counted.includes(engine)) return [];
    if (engine.role === "copy") return [deleteEngine(engine, ["surplus"])];
    const isOver = engine.demand?.due === "expired" || isForgotten(engine);
    return isOver ? [deleteEngine(engine, ["expired"])] : [];
  });
}

function planCounted(
  pool: PoolResource,
  engines: readonly JudgedEngine[],
  wanted: number,
  slots: FreeSlots,
): Change[] {
  const those = (...standings: readonly Standing["is"][]) =>
    engines.filter(({ standing }) => standings.includes(standing.is));
  const live = those("busy", "starting", "ready");
  const starting = those("starting");
  const [out, lastJobs, due] = [those("out"), those("last-job"), those("due")];

  // Each need is met once: by a broken one made anew, else by a stand-in for one that is to go, else by a new one.
  let needed = Math.max(0, wanted - live.length);
  const again = out.filter(slots.canStandAgain).slice(0, needed);
  needed -= again.length;
  const succeeded = lastJobs.slice(0, needed);
  needed -= succeeded.length;
  // The first of those that are due are the first that others stand in for already.
  const excess = due.slice(0, Math.max(0, due.length - needed));
  const rolled = due.slice(excess.length);
  needed -= rolled.length;

  const made = [
    ...again.map((engine) => replaceEngine(pool, engine, engine.slot, whyOf(engine))),
    ...succeeded.map((engine) => replaceEngine(pool, engine, slots.take(), whyOf(engine))),
    ...rollEngines(pool, rolled, starting, slots),
    ...createEngines(pool, wanted - needed, wanted, slots),
  ];
  return [
    ...made,
    ...lastJobs.slice(succeeded.length).map((engine) => keepEngine(pool, engine)),
    ...out
      .filter((engine) => !again.includes(engine))
      .map((engine) => deleteEngine(engine, whyOf(engine).reasons)),
    ...retire(pool, excess, starting.length > 0, made),
    ...keepLive(pool, live, live.length - wanted),
  ];
}

/** @param from how many engines there are without them */
function createEngines(pool: PoolResource, from: number, wanted: number, slots: FreeSlots): Change[] {
  const isMissing = (index: number) => from + index < pool.policy.size.min;
  return Array.from({ length: wanted - from }, (_, index) =>
    createEngine(pool, slots.take(), isMissing(index) ? "missing" : "scale-up"),
  );
}

/**
 * There are others in their place. While those are not ready the next plan takes them; what this plan makes comes
 * first as well.
 */
function retire(
  pool: PoolResource,
  due: readonly JudgedEngine[],
  isStarting: boolean,
  made: readonly Change[],
): Change[] {
  if (isStarting) return due.map((engine) => keepEngine(pool, engine));
  const makers = made.map(({ address }) => address);
  return due.map((engine) => deleteEngine(engine, whyOf(engine).reasons, makers));
}

function keepLive(pool: PoolResource, live: readonly JudgedEngine[], tooMany: number): Change[] {
  const surplus = new Set(chooseSurplus(live, tooMany));
  return live.map((engine) => {
    if (surplus.has(engine)) return deleteEngine(engine, ["surplus"]);
    const { standing } = engine;
    const changes = standing.is === "ready" && standing.fields.length > 0;
    return changes ? updateEngine(pool, engine, standing) : keepEngine(pool, engine);
  });
}
