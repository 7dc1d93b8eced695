import type { HostEvent } from "../../model/host-event.js";
import { canonicalImageKey } from "../../model/image-ref.js";
import { LABEL } from "../../model/labels.js";
import type { Address, Desired } from "../../model/resource.js";

/** What an event is held against. */
export interface EventView {
  readonly wanted: WantedNames;
  /** Addresses that we are working on: what happens to them is our own doing. */
  readonly inFlight: ReadonlySet<Address>;
  /** Of the last look: our containers by ID. */
  readonly addressById: ReadonlyMap<string, Address>;
  /** Of the last look: what the wanted images were; undefined before the first. */
  readonly imageIds: ReadonlySet<string> | undefined;
  /** Whether somebody else's object stands in our way: its end is good news. */
  readonly hasConflicts: boolean;
}

/** What a file names, to be found at once: a host tells as many events as it has objects. */
export interface WantedNames {
  readonly project: string;
  readonly addresses: ReadonlySet<Address>;
  /** Addresses of images by the key that they are looked up by. */
  readonly images: ReadonlyMap<string, Address>;
}

export function indexWanted({ project, resources }: Desired): WantedNames {
  return {
    project,
    addresses: new Set(resources.map(({ address }) => address)),
    images: new Map(
      resources.flatMap((resource) =>
        resource.kind === "image" ? [[resource.lookup, resource.address] as const] : [],
      ),
    ),
  };
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
      return isImageDamage(event, view);
    default:
      return event.kind satisfies never;
  }
}

/** A tag that is given to another image takes it from the one that has it. */
function isImageDamage({ action, id, attributes }: HostEvent, view: EventView): boolean {
  if (action === "untag" || action === "delete") return view.imageIds?.has(id) ?? true;
  // Docker tells that an image was loaded, and not what it is called now.
  if (action === "load") return true;
  const names = [attributes.name ?? "", id].map(canonicalImageKey);
  const [wanted] = names.flatMap((name) => view.wanted.images.get(name) ?? []);
  return wanted !== undefined && !view.inFlight.has(wanted);
}

function isContainerDamage({ action, attributes }: HostEvent, view: EventView): boolean {
  if (attributes[LABEL.project] !== view.wanted.project) return view.hasConflicts;
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

function isWanted(address: Address, { wanted, inFlight }: EventView): boolean {
  return !inFlight.has(address) && wanted.addresses.has(address);
}
