import type { LimitFunction } from "p-limit";
import { toWarmError, WarmError } from "../errors.js";
import type { ApplySummary } from "../model/event.js";
import { type Change, isChange } from "../model/plan.js";
import { applyContainer } from "./actions/apply-container.js";
import { applyEngine } from "./actions/apply-engine.js";
import { applyNetwork } from "./actions/apply-network.js";
import { applySessionVolume } from "./actions/apply-session-volume.js";
import { deleteObject } from "./actions/delete-object.js";
import { pullImage } from "./actions/pull-image.js";
import { seedVolume } from "./actions/seed-volume.js";
import type { ActionResult, ApplyContext, StopSignals } from "./apply-context.js";
import { type Outcome, runGraph } from "./run-graph.js";

/**
 * Carries out a plan and decides nothing: what to do, to which object and in which order all stand in it.
 * Never rejects for a failed action: the summary and the events say what came of each.
 * @param lockReason why nothing more may be started although nobody stopped us: the lock is lost.
 * @param stopOf signals of one change's own; default those of the whole run
 */
export async function executePlan(
  context: ApplyContext,
  lockReason: () => Promise<string | undefined>,
  stopOf: (change: Change) => StopSignals = () => context.stop,
): Promise<ApplySummary> {
  const { plan, emit, stop, clock } = context;
  const changes = plan.changes.filter(isChange);
  const outcomes = await runGraph(changes, {
    inTurn: (change, work) => takeTurn(limitOf(change, context), work),
    stopReason: async (change) => (stopOf(change).soft.aborted ? "interrupted" : lockReason()),
    onSkip: ({ address, action }, because) => emit({ type: "action-skipped", address, action, because }),
    run: (change, endTurn) => runChange(change, { ...context, stop: stopOf(change), endTurn }, clock.now()),
  });
  return summarise([...outcomes.values()], stop.soft.aborted);
}

function limitOf({ address, kind, action }: Change, { limits, resources }: ApplyContext): LimitFunction {
  if (action === "delete") return limits.mutations;
  if (kind === "image") return limits.pulls;
  const resource = resources.get(address);
  const isSeed = resource?.kind === "volume" && resource.role === "template";
  return isSeed ? limits.seeds : limits.mutations;
}

/** Work that only waits from some point on, a container for its health, ends its turn there. */
function takeTurn<T>(limit: LimitFunction, work: (endTurn: () => void) => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const turn = () =>
      new Promise<void>((endTurn) => {
        work(endTurn).then(resolve, reject).finally(endTurn);
      });
    void limit(turn);
  });
}

async function runChange(change: Change, context: ApplyContext, startedAt: number): Promise<void> {
  const { emit, clock } = context;
  const { address, action } = change;
  emit({ type: "action-started", address, action });
  try {
    const { detail } = await dispatch(change, context);
    const ms = Math.round(clock.now() - startedAt);
    emit({ type: "action-done", address, action, ms, ...(detail ? { detail } : {}) });
  } catch (error) {
    const { code, message, hint, logs } = toWarmError(error);
    emit({ type: "action-failed", address, action, code, message, hint, logs });
    throw error;
  }
}

async function dispatch(change: Change, context: ApplyContext): Promise<ActionResult> {
  if (change.action === "delete") return deleteObject(change, context);
  const resource = context.resources.get(change.address);
  if (resource === undefined || change.action === "conflict") throw conflict(change);
  switch (resource.kind) {
    case "network":
      return applyNetwork(change, resource, context);
    case "image":
      return pullImage(change, resource, context);
    case "volume":
      return resource.role === "session"
        ? applySessionVolume(change, resource, context)
        : seedVolume(change, resource, context);
    case "container":
      return applyContainer(change, resource, context);
    case "engine":
      return applyEngine(change, resource, context);
    default:
      return resource satisfies never;
  }
}

/** A conflict is in the plan to be seen; applying it can only say so again. */
function conflict({ kind, name, heldBy = "something else", reasons }: Change): WarmError {
  const message = `${name}: ${heldBy}`;
  if (reasons.includes("missing"))
    return new WarmError("image-not-found", message, { hint: `\`docker pull ${name}\`, or allow pulls` });
  if (kind === "image")
    return new WarmError("rejected", message, { hint: "allow pulls to have it pulled again" });
  if (reasons.includes("conflict-name") || reasons.includes("config-changed"))
    return new WarmError("name-conflict", message, {
      hint: "`--adopt ADDRESS` takes it over; or rename one of the two",
    });
  return new WarmError("in-use", message, { hint: "free it, then apply again" });
}

function summarise(outcomes: readonly Outcome[], interrupted: boolean): ApplySummary {
  const failed = outcomes.filter((outcome) => outcome.kind === "failed");
  return {
    done: outcomes.filter((outcome) => outcome.kind === "done").length,
    failed: failed.length,
    skipped: outcomes.filter((outcome) => outcome.kind === "skipped").length,
    unhealthy: failed.filter((outcome) => toWarmError(outcome.error).code === "unhealthy").length,
    interrupted,
  };
}
