import { distance } from "fastest-levenshtein";
import { WarmError } from "../errors.js";
import type { Change, PlanOptions } from "../model/plan.js";
import type { Address } from "../model/resource.js";

/**
 * Keeps what `--target` and `--exclude` ask for: a target brings what it depends on, an exclusion takes along
 * what depends on it.
 */
export function selectChanges(changes: readonly Change[], options: PlanOptions): readonly Change[] {
  const { targets, excludes } = options;
  if (targets.length === 0 && excludes.length === 0) return changes;
  const byAddress = new Map(changes.map((change) => [change.address, change]));
  const dependents = groupDependents(changes);
  const needs = (address: Address) => needsOf(byAddress.get(address));
  const wanted = targets.length === 0 ? new Set(byAddress.keys()) : closure(targets, needs);
  // What a replaced volume or network is taken from has to be made again, asked for or not.
  for (const address of [...wanted]) {
    if (byAddress.get(address)?.action !== "replace") continue;
    for (const dependent of closure(dependents.get(address) ?? [], needs)) wanted.add(dependent);
  }
  const unwanted = closure(excludes, (address) => dependents.get(address) ?? []);
  return changes.filter((change) => wanted.has(change.address) && !unwanted.has(change.address));
}

/** What a change cannot do without. Engines wait for each other's turn, and do without each other. */
function needsOf(change: Change | undefined): readonly Address[] {
  const dependsOn = change?.dependsOn ?? [];
  return change?.kind === "engine"
    ? dependsOn.filter((address) => !address.startsWith("engine."))
    : dependsOn;
}

function groupDependents(changes: readonly Change[]): ReadonlyMap<Address, readonly Address[]> {
  const dependents = new Map<Address, Address[]>();
  for (const change of changes) {
    for (const address of needsOf(change)) {
      const group = dependents.get(address);
      if (group === undefined) dependents.set(address, [change.address]);
      else group.push(change.address);
    }
  }
  return dependents;
}

function closure(from: readonly Address[], next: (address: Address) => readonly Address[]): Set<Address> {
  const reached = new Set<Address>();
  const open = [...from];
  for (let address = open.pop(); address !== undefined; address = open.pop()) {
    if (reached.has(address)) continue;
    reached.add(address);
    open.push(...next(address));
  }
  return reached;
}

/** @throws WarmError `usage` for an address that the plan does not know, with the nearest one that it does. */
export function checkRequests(options: PlanOptions, changes: readonly Change[]): void {
  const known = new Set(changes.map((change) => change.address));
  const asked = {
    target: options.targets,
    exclude: options.excludes,
    replace: options.replace,
    adopt: options.adopt,
  };
  for (const [option, addresses] of Object.entries(asked)) {
    const unknown = addresses.find((address) => !known.has(address));
    if (unknown !== undefined) {
      throw new WarmError("usage", `--${option} ${unknown}: no such resource`, {
        hint: suggestAddress(unknown, [...known]),
      });
    }
  }
}

/** A hint that names the nearest known address, or where to see them all. */
export function suggestAddress(unknown: Address, known: readonly Address[]): string {
  const nearest = known.toSorted((a, b) => distance(unknown, a) - distance(unknown, b))[0];
  if (nearest !== undefined && distance(unknown, nearest) <= unknown.length / 3)
    return `did you mean \`${nearest}\`?`;
  return "`warm status` lists every address";
}
