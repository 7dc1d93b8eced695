import type { LoadedConfig } from "../../config/load-config.js";
import { mergeRequests } from "../../config/requests/merge-requests.js";
import { WarmError } from "../../errors.js";
import type { Demand } from "../../model/engine.js";
import type { Plan, PlanOptions } from "../../model/plan.js";
import type { Snapshot } from "../../model/snapshot.js";
import { planProject } from "../../plan/plan-project.js";
import { adaptDemand, type CountedSizes } from "../scale/adapt-demand.js";

/**
 * Plans a file against what a host was like. Where nothing has moved since, and no secret changes, the plan has the digest
 * that one made on the host has.
 * @param loaded with its secrets unread
 * @throws WarmError `guard-refused` for a snapshot of another project; `usage` as `planProject`
 */
export function planAgainst(
  { project, observed, requests, pools }: Snapshot,
  loaded: LoadedConfig,
  options: PlanOptions,
): { readonly plan: Plan; readonly config: LoadedConfig } {
  if (loaded.config.project !== project)
    throw new WarmError(
      "guard-refused",
      `${loaded.path} is of project ${loaded.config.project}, and the snapshot is of ${project}`,
      { hint: "take one with `warm snapshot` for this file's project" },
    );
  const takenMs = Date.parse(observed.observedAt);
  const config = mergeRequests(loaded, requests, takenMs);
  const entries = Object.entries(pools);
  const demand: Demand = new Map(
    entries.map(([id, { target, engines }]) => [id, { target, engines: new Map(Object.entries(engines)) }]),
  );
  const sizes: CountedSizes = new Map(
    entries.flatMap(([id, { size }]) => (size === undefined ? [] : [[id, size]])),
  );
  const adapted = adaptDemand(demand, sizes, config.desired.pools, takenMs);
  return { plan: planProject(config.desired, observed, options, adapted), config };
}
