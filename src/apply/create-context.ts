import pLimit from "p-limit";
import type { Host } from "../docker/connection/connect.js";
import type { HostWriter } from "../docker/write/host-writer.js";
import { WarmError } from "../errors.js";
import { engineOf } from "../model/engine-resource.js";
import type { EmitEvent } from "../model/event.js";
import { parseEngineAddress } from "../model/names.js";
import type { Observed } from "../model/observed.js";
import type { Plan } from "../model/plan.js";
import type { Desired, EngineResource } from "../model/resource.js";
import type { ApplyContext, Clock, StopSignals, WorkLimits } from "./apply-context.js";
import { type EngineGate, OPEN_GATE } from "./engine-gate.js";

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
  /** Default: nobody leases engines. */
  readonly engines?: EngineGate;
  /** Shared by runs side by side; default limits of this run's own. */
  readonly limits?: WorkLimits;
}

/** What the actions of one run of a plan share. */
export function createContext(sources: ContextSources): ApplyContext {
  const { desired, plan, limits = createLimits(desired.pull.concurrency), engines = OPEN_GATE } = sources;
  if (plan.project !== desired.project) throw new WarmError("internal", "the plan is another project's");
  return {
    ...sources,
    limits,
    engines,
    resources: new Map([...desired.resources, ...enginesOf(plan, desired)].map((one) => [one.address, one])),
    changes: new Map(plan.changes.map((change) => [change.address, change])),
    endTurn: () => undefined,
    ids: new Map(),
    proofs: new Map(),
    unchanged: new Set(),
  };
}

/** Only a plan says which engines there are. */
function enginesOf({ changes }: Plan, { pools }: Desired): EngineResource[] {
  return changes.flatMap(({ address, successor }) =>
    [...new Set([address, successor ?? address])].flatMap((one) => {
      const { pool: id, slot = 0 } = parseEngineAddress(one) ?? {};
      const pool = pools.find((candidate) => candidate.id === id);
      return pool === undefined ? [] : [engineOf(pool, slot)];
    }),
  );
}
