import pLimit from "p-limit";
import type { Host } from "../docker/connection/connect.js";
import type { HostWriter } from "../docker/write/host-writer.js";
import { WarmError } from "../errors.js";
import type { EmitEvent } from "../model/event.js";
import type { Observed } from "../model/observed.js";
import type { Plan } from "../model/plan.js";
import type { Desired } from "../model/resource.js";
import type { ApplyContext, Clock, StopSignals, WorkLimits } from "./apply-context.js";

const STARTS_AT_ONCE = 8;
const SEEDS_AT_ONCE = 4;

export function createLimits(pullsAtOnce: number): WorkLimits {
  return { pulls: pLimit(pullsAtOnce), seeds: pLimit(SEEDS_AT_ONCE), mutations: pLimit(STARTS_AT_ONCE) };
}

export interface ContextSources {
  readonly host: Host;
  readonly writer: HostWriter;
  readonly desired: Desired;
  readonly plan: Plan;
  readonly observed: Observed;
  readonly emit: EmitEvent;
  readonly clock: Clock;
  readonly stop: StopSignals;
  /** Shared by runs side by side; default limits of this run's own. */
  readonly limits?: WorkLimits;
}

/** What the actions of one run of a plan share. */
export function createContext(sources: ContextSources): ApplyContext {
  const { desired, plan, limits = createLimits(desired.pull.concurrency) } = sources;
  if (plan.project !== desired.project) throw new WarmError("internal", "the plan is another project's");
  return {
    ...sources,
    limits,
    resources: new Map(desired.resources.map((resource) => [resource.address, resource])),
    changes: new Map(plan.changes.map((change) => [change.address, change])),
    endTurn: () => undefined,
    ids: new Map(),
    proofs: new Map(),
    unchanged: new Set(),
  };
}
