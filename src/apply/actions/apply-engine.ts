import { WarmError } from "../../errors.js";
import type { Change } from "../../model/plan.js";
import type { EngineResource } from "../../model/resource.js";
import type { ActionResult, ApplyContext } from "../apply-context.js";
import { createEngine } from "./create-engine.js";

export async function applyEngine(
  change: Change,
  engine: EngineResource,
  context: ApplyContext,
): Promise<ActionResult> {
  switch (change.action) {
    case "create":
      await createEngine(change, engine, context);
      return {};
    case "replace":
      return replaceEngine(change, engine, context);
    case "update":
      // All else about an engine is changed by another one.
      await context.writer.containers.updateLimits(idOf(change), engine.pool.limits);
      return {};
    default:
      throw new WarmError("internal", `an engine cannot be applied by \`${change.action}\``);
  }
}

/** A surplus engine, or one of a pool that is no longer declared: once nobody uses it. */
export async function deleteEngine(change: Change, context: ApplyContext): Promise<ActionResult> {
  return (await removeEngine(change, context)) ?? {};
}

/**
 * In another slot the new engine is ready before the old one is taken away, so that no more than planned is missing
 * meanwhile; in the same slot the old one makes room first.
 */
async function replaceEngine(
  change: Change,
  engine: EngineResource,
  context: ApplyContext,
): Promise<ActionResult> {
  if (isForUnchangedOnly(change, engine, context)) return { detail: "already made from this image" };
  const successor = successorOf(change, engine, context);
  const isElsewhere = successor.address !== engine.address;
  if (isElsewhere) await createEngine(change, successor, context);
  const kept = await removeEngine(change, context);
  if (kept !== undefined) return kept;
  if (!isElsewhere) await createEngine(change, successor, context);
  return {};
}

function successorOf(
  { successor, address }: Change,
  engine: EngineResource,
  { resources }: ApplyContext,
): EngineResource {
  const resource = successor === undefined ? engine : resources.get(successor);
  if (resource?.kind === "engine") return resource;
  throw new WarmError("internal", `${address}: the plan names no place for the new engine`);
}

/**
 * Takes an engine out of service and removes it. That waits for as long as somebody uses it; an interrupt ends the wait
 * and leaves the engine as it is.
 * @returns undefined once it is gone, or why it is left alone
 */
async function removeEngine(change: Change, context: ApplyContext): Promise<ActionResult | undefined> {
  const { writer, engines, emit, stop, endTurn } = context;
  const { address, action } = change;
  const id = idOf(change);
  endTurn();
  const isRetired = await engines.retire(id, stop.soft).catch((error: unknown) => {
    if (stop.soft.aborted) return false;
    throw error;
  });
  if (!isRetired)
    return {
      detail: stop.soft.aborted ? "interrupted while in use, left alone" : "in use again, left alone",
    };
  emit({ type: "action-progress", address, action, phase: "removing" });
  await writer.containers.stop(id);
  await writer.containers.remove(id);
  engines.removed(id);
  return undefined;
}

function isForUnchangedOnly(
  { reasons }: Change,
  { pool }: EngineResource,
  { unchanged }: ApplyContext,
): boolean {
  return reasons.every((reason) => reason === "image-moved") && unchanged.has(pool.image);
}

function idOf({ precondition, address }: Change): string {
  if (!precondition.exists) throw new WarmError("internal", `${address}: the plan names no container`);
  return precondition.id;
}
