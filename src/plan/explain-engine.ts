import { engineOf } from "../model/engine-resource.js";
import { LABEL } from "../model/labels.js";
import { parseEngineAddress } from "../model/names.js";
import type { Observed } from "../model/observed.js";
import type { Change } from "../model/plan.js";
import type { Address, Desired, EngineResource } from "../model/resource.js";
import { engineSpec, parseEngineSpec } from "../model/spec.js";
import type { FieldSides } from "../model/status.js";
import { shortId } from "./decision.js";
import { endOfLifeMs } from "./engines/is-too-old.js";
import { envSides, limitSides, side, standingOf } from "./field-sides.js";
import { ENGINE_FIELDS } from "./wanted-fields.js";

/** What an engine's slot is wanted as; undefined for what has none: a copy, or an engine of no pool. */
export function findEngine(address: Address, { pools }: Desired): EngineResource | undefined {
  const place = parseEngineAddress(address);
  const pool = pools.find(({ id }) => id === place?.pool);
  return pool === undefined || place === undefined ? undefined : engineOf(pool, place.slot);
}

export function engineSides(engine: EngineResource, change: Change, observed: Observed): FieldSides[] {
  const current = standingOf(change, observed);
  const applied = parseEngineSpec(current?.labels[LABEL.spec]);
  const desired = engineSpec(engine, () => "");
  const networks = current?.networks.map(({ name }) => name).join(", ");
  const fixed = ENGINE_FIELDS.flatMap(([path, read]) => {
    const [wanted, last] = [read(desired), applied && read(applied)];
    return wanted === null && (last ?? null) === null ? [] : [side(engine, path, wanted, last, undefined)];
  });
  return [
    side(engine, "name", engine.name, undefined, current?.name),
    // A paused engine is an idle one: thawed when somebody wants it.
    side(engine, "state", "running", undefined, current?.state ?? null),
    side(engine, "image", desired.image, applied?.image, current && shortId(current.imageId)),
    side(engine, "network", desired.network, applied?.network, networks),
    ...fixed,
    ...envSides(engine, engine.pool.env, applied),
    ...limitSides(engine, engine.pool.limits, applied, current),
  ];
}

/** When it was made, how long it may live, and what takes its place. */
export function explainEngine(engine: EngineResource, change: Change, observed: Observed): string[] {
  const current = standingOf(change, observed);
  const endMs = current && endOfLifeMs(current, engine.pool.policy.ttlMs);
  const made = current && current.createdAtMs > 0 ? [`made at ${toText(current.createdAtMs)}`] : [];
  const old = endMs === undefined ? [] : [`old enough to be replaced at ${toText(endMs)}`];
  return [...made, ...old, ...describeSuccessor(change)];
}

function describeSuccessor({ address, successor }: Change): string[] {
  if (successor === undefined) return [];
  return [
    successor === address ? "makes room for its successor" : `${successor} is made ready before it goes`,
  ];
}

const toText = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
