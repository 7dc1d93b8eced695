import { setMaxListeners } from "node:events";
import type { HostWriter } from "../docker/write/host-writer.js";
import type { ApplySummary, EmitEvent } from "../model/event.js";
import type { Observed } from "../model/observed.js";
import { isChange, type Plan, type PlanOptions } from "../model/plan.js";
import type { PlanDocument } from "../model/plan-document.js";
import type { ApplyContext, Clock, StopSignals } from "./apply-context.js";
import { checkDigest, checkSavedPlan } from "./check-plan.js";
import { createContext as createRunContext } from "./create-context.js";
import { executePlan } from "./execute-plan.js";
import { checkFailOn, type FailOn } from "./fail-on.js";
import { verifyHealth } from "./health/verify-health.js";
import { acquireLock, type HeldLock } from "./lock/lock.js";
import type { Project } from "./open-project.js";
import { redactEvents } from "./redact-events.js";
import { systemClock } from "./system-clock.js";

export interface ApplySettings {
  readonly options: PlanOptions;
  /** A reviewed plan: only its changes are made, and only if they are still what they were. */
  readonly saved?: PlanDocument | undefined;
  /** The digest of a plan that was reviewed elsewhere. */
  readonly expectedDigest?: string | undefined;
  /** What the plan must not hold; default: it may hold anything. */
  readonly failOn?: readonly FailOn[] | undefined;
  /** Shown the plan before anything is done, and a new one if it changed before the lock was had. False ends the run. */
  readonly approve: (plan: Plan, observed: Observed) => Promise<boolean>;
  readonly lock: { readonly timeoutMs: number; readonly command: string; readonly reason: string };
  readonly emit: EmitEvent;
  readonly stop: StopSignals;
  readonly clock?: Clock;
}

export type ApplyResult =
  | { readonly kind: "refused" }
  | { readonly kind: "nothing-to-do"; readonly plan: Plan; readonly unhealthy: number }
  | {
      readonly kind: "applied";
      readonly summary: ApplySummary;
      /**
       * Changes that a look after the run still finds, beyond what failed: what only a pull could show. Undefined
       * when that look failed.
       */
      readonly remaining: number | undefined;
    };

/**
 * Makes a host match its file; the last event is always the summary.
 * @throws WarmError `plan-stale`, `guard-refused`, `locked`, or what observing threw. A failed action does not throw: see the summary.
 */
export async function applyProject(project: Project, asked: ApplySettings): Promise<ApplyResult> {
  const settings = { ...asked, emit: redactEvents(asked.emit, project.config.desired) };
  const result = await runProject(project, settings);
  settings.emit({ type: "summary", ...summaryOf(result, settings.stop.soft.aborted) });
  return result;
}

function summaryOf(result: ApplyResult, interrupted: boolean): ApplySummary {
  if (result.kind === "applied") return result.summary;
  const unhealthy = result.kind === "refused" ? 0 : result.unhealthy;
  return { done: 0, failed: unhealthy, skipped: 0, unhealthy, interrupted };
}

/**
 * A first look without the lock shows the plan, so that a host that matches is
 * never written to; the lock is taken for a second look and the work itself.
 */
async function runProject(project: Project, settings: ApplySettings): Promise<ApplyResult> {
  // Every action in flight listens to them; node takes more than ten listeners for a leak.
  setMaxListeners(0, settings.stop.soft, settings.stop.hard);
  const [first, writer] = await Promise.all([planChecked(project, settings), project.openWriter()]);
  if (!first.plan.changes.some(isChange)) return leaveAsItIs(project, writer, first, settings);
  if (!(await settings.approve(first.plan, first.observed))) return { kind: "refused" };
  const clock = settings.clock ?? systemClock;
  const { emit, stop } = settings;
  const request = { ...settings.lock, project: first.plan.project, emit, cancel: stop.soft };
  const lock = await acquireLock(project.host, writer, clock, request);
  if (lock === undefined) return { kind: "refused" };
  try {
    const second = await planChecked(project, settings);
    if (!second.plan.changes.some(isChange)) return await leaveAsItIs(project, writer, second, settings);
    const isApproved =
      second.plan.digest === first.plan.digest || (await settings.approve(second.plan, second.observed));
    if (!isApproved) return { kind: "refused" };
    return await execute(createContext(project, writer, second, settings), project, settings, lock);
  } finally {
    await lock.release();
  }
}

interface Look {
  readonly plan: Plan;
  readonly observed: Observed;
}

async function planChecked(project: Project, settings: ApplySettings): Promise<Look> {
  const look = await project.plan(settings.options, settings.stop.hard);
  if (settings.expectedDigest !== undefined) checkDigest(look.plan, settings.expectedDigest);
  const plan =
    settings.saved === undefined ? look.plan : checkSavedPlan(settings.saved, look.plan, look.observed);
  checkFailOn(plan, settings.failOn ?? []);
  return { ...look, plan };
}

async function leaveAsItIs(
  project: Project,
  writer: HostWriter,
  look: Look,
  settings: ApplySettings,
): Promise<ApplyResult> {
  const unhealthy = await verifyHealth(createContext(project, writer, look, settings));
  return { kind: "nothing-to-do", plan: look.plan, unhealthy };
}

async function execute(
  context: ApplyContext,
  project: Project,
  settings: ApplySettings,
  lock: HeldLock,
): Promise<ApplyResult> {
  const summary = await executePlan(context, lock.lostReason);
  if (summary.interrupted) return { kind: "applied", summary, remaining: 0 };
  const unhealthy = await verifyHealth(context);
  const failed = summary.failed + unhealthy;
  const interrupted = settings.stop.soft.aborted;
  const whole = { ...summary, failed, unhealthy: summary.unhealthy + unhealthy, interrupted };
  const isUnfinished = interrupted || failed + summary.skipped > 0;
  return {
    kind: "applied",
    summary: whole,
    remaining: isUnfinished ? 0 : await countRemaining(project, context.plan, settings),
  };
}

/**
 * A second plan must be empty; of a reviewed plan only the reviewed part is held to that. The work is done by then,
 * and its summary must not be lost to a look that fails: what remains is unknown then.
 */
async function countRemaining(
  project: Project,
  plan: Plan,
  { options, saved, stop }: ApplySettings,
): Promise<number | undefined> {
  const after = await project.plan({ ...options, replace: [], adopt: [] }, stop.hard).catch(() => undefined);
  if (after === undefined) return undefined;
  const planned = new Set(plan.changes.map((change) => change.address));
  return after.plan.changes.filter(
    (change) => isChange(change) && (saved === undefined || planned.has(change.address)),
  ).length;
}

function createContext(
  { config, host }: Project,
  writer: HostWriter,
  look: Look,
  { emit, stop, clock = systemClock }: ApplySettings,
): ApplyContext {
  return createRunContext({ host, writer, desired: config.desired, ...look, emit, clock, stop });
}
