import type { EngineDemand, PoolDemand } from "../../model/engine.js";
import { isOwned, LABEL } from "../../model/labels.js";
import { engineName, isQuarantineName, parseEngineAddress } from "../../model/names.js";
import type { ObservedContainer } from "../../model/observed.js";
import type { Address } from "../../model/resource.js";
import { shortId } from "../decision.js";
import type { HostIndex } from "../index-observed.js";

/** One container of a pool, as it is found. */
export interface FoundEngine {
  readonly container: ObservedContainer;
  readonly pool: string;
  readonly slot: number;
  /** Its slot's for the one that counts there; with the container's ID behind it for every other. */
  readonly address: Address;
  /** What is known of it beyond Docker; undefined when nobody knows it. */
  readonly demand: EngineDemand | undefined;
  /** quarantined: kept for a look at it, counts for nothing. copy: another one has its slot. */
  readonly role: "current" | "copy" | "quarantined";
}

/** Containers whose label says that they are our engines, by the pool that it names. */
export function groupEngines({
  observed,
  project,
}: HostIndex): ReadonlyMap<string, readonly ObservedContainer[]> {
  const pools = new Map<string, ObservedContainer[]>();
  for (const container of observed.containers) {
    const place = placeOf(container);
    if (place === undefined || !isOwned(container.labels, project)) continue;
    const group = pools.get(place.pool);
    if (group === undefined) pools.set(place.pool, [container]);
    else group.push(container);
  }
  return pools;
}

export const placeOf = ({ labels }: ObservedContainer) => parseEngineAddress(labels[LABEL.address] ?? "");

/**
 * Sorts out which container stands in which slot. Labels can be copied by hand: of several in one slot the one
 * with its name counts.
 * @returns by slot; the order of the containers does not matter
 */
export function findEngines(
  containers: readonly ObservedContainer[],
  prefix: string,
  demand: PoolDemand | undefined,
): FoundEngine[] {
  const taken = new Set<number>();
  const placed = containers.flatMap((container) => {
    const place = placeOf(container);
    return place === undefined ? [] : [{ container, ...place, demand: demand?.engines.get(container.id) }];
  });
  const rank = ({ container, pool, slot }: (typeof placed)[number]) =>
    container.name === engineName(prefix, pool, slot) ? 0 : 1;
  const byName = placed.toSorted(
    (a, b) => a.slot - b.slot || rank(a) - rank(b) || compareTexts(keyOf(a.container), keyOf(b.container)),
  );
  return byName.map((engine): FoundEngine => {
    const own = engine.container.labels[LABEL.address] ?? "";
    const isQuarantined = isQuarantineName(engine.container.name) || engine.demand?.state === "quarantined";
    const isCurrent = !isQuarantined && !taken.has(engine.slot);
    if (isCurrent) taken.add(engine.slot);
    const address = isCurrent ? own : `${own}@${shortId(engine.container.id)}`;
    return { ...engine, address, role: isCurrent ? "current" : isQuarantined ? "quarantined" : "copy" };
  });
}

const keyOf = ({ name, id }: ObservedContainer) => `${name} ${id}`;
const compareTexts = (a: string, b: string) => (a < b ? -1 : 1);
