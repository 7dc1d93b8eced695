import { engineOf } from "../../model/engine-resource.js";
import { engineAddress } from "../../model/names.js";
import type { ObservedContainer } from "../../model/observed.js";
import type { Change, Precondition, Reason } from "../../model/plan.js";
import type { PoolResource } from "../../model/pool.js";
import type { Address } from "../../model/resource.js";
import { ABSENT, type Decision, noop, present, toChange } from "../decision.js";
import { wantedFields } from "../wanted-fields.js";
import type { FoundEngine } from "./find-engines.js";
import type { Why } from "./judge-engine.js";

/**
 * What stands, without its state: an idle engine is paused and thawed all the time, and no plan is stale for
 * that.
 */
function presentEngine({ id, labels, imageId }: ObservedContainer): Precondition {
  return present(id, labels, { imageId });
}

export function createEngine(pool: PoolResource, slot: number, reason: "missing" | "scale-up"): Change {
  const engine = engineOf(pool, slot);
  const fields = wantedFields(engine);
  return toChange(engine, { action: "create", reasons: [reason], fields, precondition: ABSENT });
}

/** @param successor the slot of the new engine; another one than the old one's means that it is made first */
export function replaceEngine(
  pool: PoolResource,
  engine: FoundEngine,
  successor: number,
  { reasons, fields }: Why,
): Change {
  const change = standing(pool, engine, { action: "replace", reasons, fields });
  return { ...change, successor: engineAddress(pool.id, successor) };
}

export function updateEngine(pool: PoolResource, engine: FoundEngine, { reasons, fields }: Why): Change {
  return standing(pool, engine, { action: "update", reasons, fields });
}

export function keepEngine(pool: PoolResource, engine: FoundEngine): Change {
  return standing(pool, engine, noop(presentEngine(engine.container)));
}

function standing(pool: PoolResource, engine: FoundEngine, decision: Omit<Decision, "precondition">): Change {
  const precondition = presentEngine(engine.container);
  const change = toChange(engineOf(pool, engine.slot), { ...decision, precondition });
  return { ...change, address: engine.address };
}

/** @param dependsOn what has to be in place before it may go */
export function deleteEngine(
  { address, container }: FoundEngine,
  reasons: readonly Reason[],
  dependsOn: readonly Address[] = [],
): Change {
  const precondition = presentEngine(container);
  const { name } = container;
  return { address, kind: "engine", name, action: "delete", reasons, fields: [], dependsOn, precondition };
}

/** Of an engine whose pool is no longer declared. */
export function keepOrphan({ address, container }: FoundEngine): Change {
  const { name } = container;
  const { action, reasons, precondition } = noop(presentEngine(container));
  return { address, kind: "engine", name, action, reasons, fields: [], dependsOn: [], precondition };
}
