import type { HostEvent } from "../../model/host-event.js";
import { LABEL } from "../../model/labels.js";
import type { Address, Desired } from "../../model/resource.js";

/** What an event is held against. */
export interface EventView {
  readonly desired: Desired;
  /** Addresses that we are working on: what happens to them is our own doing. */
  readonly inFlight: ReadonlySet<Address>;
  /** Of the last look: our containers by ID. */
  readonly addressById: ReadonlyMap<string, Address>;
  /** Of the last look: what the wanted images were; undefined before the first. */
  readonly imageIds: ReadonlySet<string> | undefined;
  /** Whether somebody else's object stands in our way: its end is good news. */
  readonly hasConflicts: boolean;
}

/** Whether an event may have moved the host away from what is wanted. */
export function isDamage(event: HostEvent, view: EventView): boolean {
  switch (event.kind) {
    case "container":
      return isContainerDamage(event, view);
    case "network":
      return isNetworkDamage(event, view);
    case "volume":
      return isWanted(`volume.${event.id}`, view) || view.hasConflicts;
    case "image":
      return view.imageIds?.has(event.id) ?? true;
    default:
      return event.kind satisfies never;
  }
}

function isContainerDamage({ action, attributes }: HostEvent, view: EventView): boolean {
  if (attributes[LABEL.project] !== view.desired.project) return view.hasConflicts;
  const address = attributes[LABEL.address] ?? "";
  // The lock itself: somebody has broken it.
  if (address.startsWith("lock.")) return action === "destroy";
  if (view.inFlight.has(address)) return false;
  return !action.startsWith("health_status") || action.includes("unhealthy");
}

/** A container that ends leaves its networks too: that it ended was told already. */
function isNetworkDamage({ action, attributes }: HostEvent, view: EventView): boolean {
  if (action === "disconnect") {
    const address = view.addressById.get(attributes.container ?? "");
    return address !== undefined && !view.inFlight.has(address);
  }
  return isWanted(`network.${attributes.name}`, view) || view.hasConflicts;
}

function isWanted(address: Address, { desired, inFlight }: EventView): boolean {
  return !inFlight.has(address) && desired.resources.some((resource) => resource.address === address);
}
