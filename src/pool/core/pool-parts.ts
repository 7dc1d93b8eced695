import type { Reason } from "../../model/plan.js";
import type { ReleaseOutcome } from "../pools.js";
import type { Breaker } from "./breaker.js";
import type { CoreSettings } from "./core-settings.js";
import type { Engine, EngineRoster } from "./engine-roster.js";
import type { LeaseBook } from "./lease-book.js";
import type { Outbox } from "./outbox.js";
import type { Pace } from "./pace.js";
import type { PoolEvent } from "./pool-event.js";
import type { WaitingLine } from "./waiting-line.js";

/** An event without the pool's name, kind by kind. */
export type PoolNews = PoolEvent extends infer E ? (E extends PoolEvent ? Omit<E, "pool"> : never) : never;

/** What the sides of one pool's core share. */
export interface PoolParts {
  readonly settings: CoreSettings;
  readonly roster: EngineRoster;
  readonly book: LeaseBook;
  readonly line: WaitingLine;
  readonly breaker: Breaker;
  readonly pace: Pace;
  readonly outbox: Outbox;
  /** Made from another spec or image than is wanted now, by container ID. */
  stale: ReadonlySet<string>;
  rolloutPausedBecause: string | undefined;
  /** Somebody has to plan, whatever the target is. */
  isPlanDue: boolean;
  target: number;
  decision: string;
  tell(event: PoolNews): void;
}

/** Whether an engine has to go when its present job is over, and why. */
export function lastJobReason(
  { settings, stale, rolloutPausedBecause, breaker }: PoolParts,
  engine: Engine,
  outcome: ReleaseOutcome,
): { readonly due: Reason | undefined } | undefined {
  const { reset, maxJobs } = settings.policy();
  if (outcome === "dirty") return { due: "failed" };
  if (engine.due !== undefined) return { due: engine.due };
  if (engine.retirees.size > 0) return { due: undefined };
  if (reset === undefined) return { due: "recycle-jobs" };
  if (maxJobs !== undefined && engine.jobs >= maxJobs) return { due: "recycle-jobs" };
  // Where nothing can take its place an engine of the older spec serves on.
  const isReplaced = rolloutPausedBecause === undefined && breaker.open === undefined;
  return stale.has(engine.containerId) && isReplaced ? { due: "config-changed" } : undefined;
}

/** An engine whose lease is over is made ready again, or goes. */
export function turnEngine(
  parts: PoolParts,
  engine: Engine,
  outcome: ReleaseOutcome,
  reason: string,
  nowMs: number,
): "reset" | "drain" {
  const last = lastJobReason(parts, engine, outcome);
  engine.returnedMs = nowMs;
  if (last === undefined) {
    parts.roster.move(engine, "resetting", reason, nowMs);
    return "reset";
  }
  drainEngine(parts, engine, last.due, reason, nowMs);
  return "drain";
}

/** It is not used again, and whoever wanted to take it may. */
export function drainEngine(
  parts: PoolParts,
  engine: Engine,
  due: Reason | undefined,
  reason: string,
  nowMs: number,
): void {
  engine.due ??= due;
  parts.breaker.left(engine.containerId);
  parts.roster.move(engine, "draining", reason, nowMs);
  parts.isPlanDue = true;
  answerRetirees(parts, engine);
}

export function answerRetirees({ outbox }: PoolParts, engine: Engine): void {
  for (const onRetired of engine.retirees) outbox.push(() => onRetired(true));
  engine.retirees.clear();
}
