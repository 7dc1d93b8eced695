import type { ResourceMemory } from "../model/daemon-status.js";
import type { Observed } from "../model/observed.js";
import type { Change, Plan } from "../model/plan.js";
import type { Address } from "../model/resource.js";
import type { HealthState, ResourceStatus } from "../model/status.js";

/**
 * What is to be told of every resource, from a plan that was made and not carried out.
 * @param healths what was asked of running containers, by address; where nothing was asked, Docker's word counts.
 * @param memories what a running watcher remembers, by address
 */
export function describeStatus(
  plan: Plan,
  observed: Observed,
  healths: ReadonlyMap<Address, HealthState> = new Map(),
  memories: Readonly<Record<Address, ResourceMemory>> = {},
): ResourceStatus[] {
  const containers = new Map(observed.containers.map((container) => [container.id, container]));
  return plan.changes.map((change) => {
    const { address, kind, name, reasons, precondition } = change;
    const isContainer = kind === "container" || kind === "engine";
    const container = isContainer && precondition.exists ? containers.get(precondition.id) : undefined;
    const state = container?.state ?? (precondition.exists ? "present" : absenceOf(change));
    const health = container && (healths.get(address) ?? container.health ?? "unknown");
    const memory = Object.hasOwn(memories, address) ? { memory: memories[address] } : {};
    return { address, kind, name, sync: syncOf(change), state, health, reasons, ...memory };
  });
}

/** What can be told of resources without looking at the host. */
export function statusFromMemory(memories: Readonly<Record<Address, ResourceMemory>>): ResourceStatus[] {
  return Object.entries(memories).map(([address, memory]) => {
    const [kind = "", ...name] = address.split(".");
    const { sync, reasons } = memory;
    return {
      ...{ address, kind: kind as ResourceStatus["kind"], name: name.join("."), sync, reasons, memory },
      state: "-",
      health: undefined,
    };
  });
}

/** What is not there and is not missed either is a session that is over. */
const absenceOf = ({ action, kind, session }: Change) =>
  action === "noop" && kind === "volume" && session !== undefined ? "expired" : "missing";

function syncOf({ action }: Change): ResourceStatus["sync"] {
  if (action === "noop") return "in-sync";
  return action === "conflict" ? "conflict" : "out-of-sync";
}
