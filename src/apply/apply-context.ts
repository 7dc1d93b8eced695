import type { LimitFunction } from "p-limit";
import type { Host } from "../docker/connection/connect.js";
import type { HostWriter } from "../docker/write/host-writer.js";
import type { EmitEvent } from "../model/event.js";
import type { Observed } from "../model/observed.js";
import type { Action, Change, Plan } from "../model/plan.js";
import type { Address, Desired, Resource } from "../model/resource.js";
import type { EngineGate } from "./engine-gate.js";

/** Time and chance, so that tests can hold them still. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, at once when the signal fires. */
  sleep(ms: number, cancel?: AbortSignal): Promise<void>;
  /** In [0, 1). */
  random(): number;
}

/** How a run is stopped from outside. */
export interface StopSignals {
  /** Finish what is in flight, start nothing more. */
  readonly soft: AbortSignal;
  /** Give up what is in flight too. */
  readonly hard: AbortSignal;
}

/** One limit for each kind of work, taken for a whole action; the daemon downloads three layers at a time and starts do not scale past eight. */
export interface WorkLimits {
  readonly pulls: LimitFunction;
  readonly seeds: LimitFunction;
  readonly mutations: LimitFunction;
}

/** What every action of one apply run shares. */
export interface ApplyContext {
  readonly host: Host;
  readonly writer: HostWriter;
  readonly desired: Desired;
  readonly resources: ReadonlyMap<Address, Resource>;
  readonly plan: Plan;
  readonly changes: ReadonlyMap<Address, Change>;
  /** The snapshot that the plan was made from: what was there then. */
  readonly observed: Observed;
  readonly emit: EmitEvent;
  readonly clock: Clock;
  readonly stop: StopSignals;
  readonly limits: WorkLimits;
  readonly engines: EngineGate;
  /** Says that the action at hand only waits from here on, so that the next one may begin. */
  readonly endTurn: () => void;
  /** IDs that this run found or made, by address: of networks and of images. */
  readonly ids: Map<Address, string>;
  /** Proofs of the volumes that this run has filled, by address. */
  readonly proofs: Map<Address, string>;
  /** Addresses whose image turned out to be the one we had: what was planned only for their sake is not done. */
  readonly unchanged: Set<Address>;
}

/** What the plan does to a resource, as its events tell it. */
export function actionOn(address: Address, { changes }: ApplyContext): Action {
  return changes.get(address)?.action ?? "noop";
}

/** What an action has to say when it ended well. */
export interface ActionResult {
  readonly detail?: string;
}
