import { sha256 } from "../model/canonical.js";
import type { Demand } from "../model/engine.js";
import type { Observed } from "../model/observed.js";
import {
  ACTIONS,
  type Change,
  isChange,
  type Plan,
  type PlanOptions,
  type PlanSummary,
} from "../model/plan.js";
import type { Address, Desired, EngineResource, Resource } from "../model/resource.js";
import { type Decided, type Decision, type Requests, toChange } from "./decision.js";
import { type HostIndex, indexObserved } from "./index-observed.js";
import { planContainer } from "./plan-container.js";
import { planEngines } from "./plan-engines.js";
import { planImage } from "./plan-image.js";
import { planNetwork } from "./plan-network.js";
import { planRemovals } from "./plan-removals.js";
import { planSessionVolume } from "./plan-session-volume.js";
import { planTemplateVolume } from "./plan-template-volume.js";
import { planTombstones } from "./plan-tombstones.js";
import { checkRequests, selectChanges } from "./select-changes.js";

export const NO_OPTIONS: PlanOptions = { targets: [], excludes: [], replace: [], adopt: [], destroy: false };

const NO_DEMAND: Demand = new Map();

/**
 * Compares what is wanted with one whole snapshot. Pure: no I/O, no clock; the same inputs in any order give
 * the same plan.
 * @param demand how many engines are needed and what they are doing; by default nobody uses any
 * @throws WarmError `usage` when an option names an address that is neither wanted nor ours.
 */
export function planProject(
  desired: Desired,
  observed: Observed,
  options: PlanOptions = NO_OPTIONS,
  demand: Demand = NO_DEMAND,
): Plan {
  // Who has everything removed does not ask who uses it.
  const used = options.destroy ? new Map() : demand;
  const wanted: Desired = options.destroy ? { ...desired, resources: [], pools: [], prune: "all" } : desired;
  const index = indexObserved(observed, wanted);
  const ofWanted = planWanted(wanted, index, options, used);
  const removals = [...planRemovals(wanted, index, used), ...planTombstones(wanted, index, ofWanted)];
  // What is declared may have to go as well: an expired session.
  const [going, staying] = [ofWanted.filter(isDelete), ofWanted.filter((change) => !isDelete(change))];
  const changes = [
    ...order(staying, (kind) => RANK[kind]),
    ...order([...going, ...removals], (kind) => -RANK[kind]),
  ];
  checkRequests(options, changes);
  const selected = dropDanglingDependencies(selectChanges(changes, options));
  return {
    project: desired.project,
    options,
    changes: selected,
    summary: summarise(selected),
    digest: digestOf(selected),
  };
}

const isDelete = ({ action }: Change) => action === "delete";

const RANK = { network: 0, image: 1, volume: 2, container: 3, engine: 3 } as const;

function planWanted(desired: Desired, index: HostIndex, options: PlanOptions, demand: Demand): Change[] {
  const requests: Requests = { replace: new Set(options.replace), adopt: new Set(options.adopt) };
  const decided = new Map<Address, Decision>();
  const ranked = desired.resources.toSorted((a, b) => RANK[a.kind] - RANK[b.kind]);
  const changes = ranked.flatMap((resource) => {
    // How many engines there are is no matter of the file: they come from the pools.
    if (resource.kind === "engine") return [];
    const decision = decide(resource, desired, index, decided, requests);
    decided.set(resource.address, decision);
    return [toChange(resource, decision)];
  });
  return [...changes, ...planEngines(desired, index, decided, requests, demand)];
}

function decide(
  resource: Exclude<Resource, EngineResource>,
  desired: Desired,
  index: HostIndex,
  decided: Decided,
  requests: Requests,
): Decision {
  switch (resource.kind) {
    case "network":
      return planNetwork(resource, index, requests);
    case "image":
      return planImage(resource, index, desired.pull.policy, requests);
    case "volume":
      return resource.role === "session"
        ? planSessionVolume(resource, index, requests)
        : planTemplateVolume(resource, index, decided, requests);
    case "container":
      return planContainer(resource, index, decided, requests);
    default:
      return resource satisfies never;
  }
}

/** What is wanted comes from the ground up, what has to go from the top down; by address within a rank. */
function order(changes: readonly Change[], rank: (kind: Change["kind"]) => number): Change[] {
  return changes.toSorted(
    (a, b) => rank(a.kind) - rank(b.kind) || (sortKey(a.address) < sortKey(b.address) ? -1 : 1),
  );
}

/** Engines stand in the order of their slots: 10 comes after 9. */
function sortKey(address: Address): string {
  if (!address.startsWith("engine.")) return address;
  return address.replace(/\/(\d+)(?=@|$)/, (_match, slot: string) => `/${slot.padStart(6, "0")}`);
}

function dropDanglingDependencies(changes: readonly Change[]): Change[] {
  const known = new Set(changes.map((change) => change.address));
  return changes.map((change) => {
    const dependsOn = change.dependsOn.filter((address) => known.has(address) && address !== change.address);
    return { ...change, dependsOn };
  });
}

function summarise(changes: readonly Change[]): PlanSummary {
  const counts = Object.fromEntries(ACTIONS.map((action) => [action, 0])) as Record<
    (typeof ACTIONS)[number],
    number
  >;
  for (const change of changes) counts[change.action] += 1;
  return counts;
}

/**
 * The digest of a plan, over its changes alone and without lines: neither time nor a comment in the file moves it.
 * Written as lists, whose members have an order of their own whatever object they came from.
 */
export function digestOf(changes: readonly Change[]): string {
  const compared = changes
    .filter(isChange)
    .map(({ address, action, reasons, fields, precondition, successor }) => [
      address,
      action,
      reasons,
      fields.map(({ path, before, after, cause, effect }) => [path, before, after, cause, effect]),
      precondition.exists
        ? [precondition.id, precondition.state, precondition.specHash, precondition.imageId]
        : [],
      ...(successor === undefined ? [] : [successor]),
    ]);
  return `p1:${sha256(JSON.stringify(compared)).slice(0, 16)}`;
}
