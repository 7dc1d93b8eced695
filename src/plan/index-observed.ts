import { isOwned, LABEL } from "../model/labels.js";
import type {
  Observed,
  ObservedContainer,
  ObservedImage,
  ObservedNetwork,
  ObservedVolume,
} from "../model/observed.js";
import type { Address, Desired, PrunePolicy } from "../model/resource.js";
import { shortId } from "./decision.js";

/** One snapshot beside what is wanted of it, indexed for the questions that planning asks. */
export interface HostIndex {
  readonly project: string;
  readonly prune: PrunePolicy;
  readonly observed: Observed;
  readonly imagesByKey: ReadonlyMap<string, ObservedImage>;
  /** The image that a desired image resource is today; absent while it has not been pulled. */
  readonly wantedImages: ReadonlyMap<Address, ObservedImage>;
  /** Docker allows two networks of one name. */
  readonly networksByName: ReadonlyMap<string, readonly ObservedNetwork[]>;
  readonly volumesByName: ReadonlyMap<string, ObservedVolume>;
  readonly containersByName: ReadonlyMap<string, ObservedContainer>;
  readonly ownedByAddress: ReadonlyMap<Address, readonly ObservedContainer[]>;
  readonly mountersByVolume: ReadonlyMap<string, readonly ObservedContainer[]>;
  /** With those that were never started: Docker knows only the name of the network that they will join. */
  readonly membersByNetworkId: ReadonlyMap<string, readonly ObservedContainer[]>;
}

export function indexObserved(observed: Observed, { project, prune, resources }: Desired): HostIndex {
  const { images, networks, volumes, containers } = observed;
  const owned = containers.filter((container) => isOwned(container.labels, project));
  const imagesByKey = new Map(images.flatMap((image) => image.keys.map((key) => [key, image] as const)));
  const wanted = resources.flatMap((resource) => {
    const image = resource.kind === "image" ? imagesByKey.get(resource.lookup) : undefined;
    return image === undefined ? [] : [[resource.address, image] as const];
  });
  const networksByName = groupBy(networks, (network) => [network.name]);
  return {
    project,
    prune,
    observed,
    imagesByKey,
    wantedImages: new Map(wanted),
    networksByName,
    volumesByName: new Map(volumes.map((volume) => [volume.name, volume])),
    containersByName: new Map(containers.map((container) => [container.name, container])),
    ownedByAddress: groupBy(owned, (container) => [container.labels[LABEL.address] ?? ""]),
    mountersByVolume: groupBy(containers, (container) => container.volumes),
    membersByNetworkId: groupBy(containers, (container) =>
      container.networks.flatMap(({ id, name }) =>
        id === "" ? (networksByName.get(name) ?? []).map((network) => network.id) : [id],
      ),
    ),
  };
}

function groupBy<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
  }
  return groups;
}

export function isForeign(container: ObservedContainer, index: HostIndex): boolean {
  return !isOwned(container.labels, index.project);
}

/** Names of containers that are not ours among some; sorted, so that a plan does not depend on Docker's order. */
export function foreignNames(
  containers: readonly ObservedContainer[] | undefined,
  index: HostIndex,
): string[] {
  return (containers ?? [])
    .filter((container) => isForeign(container, index))
    .map((container) => container.name)
    .sort();
}

/**
 * What a container is wanted as, what it is called, and what an engine is that has not its slot: a change exists
 * under at most one of them.
 */
export function addressesOf(containers: readonly ObservedContainer[] | undefined): Address[] {
  const all = (containers ?? []).flatMap(({ id, name, labels }) => {
    const own = labels[LABEL.address] ?? "";
    return [own, `container.${name}`, `${own}@${shortId(id)}`];
  });
  return [...new Set(all)].sort();
}

/** Our networks of one name. The first is the one to work with; which one that is does not depend on Docker's order. */
export function ownedNetworks(name: string, index: HostIndex): ObservedNetwork[] {
  return (index.networksByName.get(name) ?? [])
    .filter((network) => isOwned(network.labels, index.project))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
