import type { Demand } from "../model/engine.js";
import { isOwned, LABEL } from "../model/labels.js";
import { isJobAddress, parseEngineAddress } from "../model/names.js";
import type { ObservedContainer } from "../model/observed.js";
import type { Change, Precondition, Reason } from "../model/plan.js";
import type { Address, ContainerResource, Desired, Resource } from "../model/resource.js";
import { sessionOf } from "../model/volume-use.js";
import { present, shortId, useConflict } from "./decision.js";
import { addressesOf, foreignNames, type HostIndex, ownedNetworks } from "./index-observed.js";
import { findUnderOtherName, isSame, presentContainer } from "./plan-container.js";

/**
 * Plans what of ours has to go: surplus containers of a wanted address (left by a killed swap, or copied by
 * hand), what a job that was cut off has left, and orphans, as far as the prune policy lets. Sorted by address.
 * @param demand who uses which engine
 */
export function planRemovals(desired: Desired, index: HostIndex, demand: Demand): Change[] {
  const wanted = new Map(desired.resources.map((resource) => [resource.address, resource]));
  const containers = planContainerRemovals(desired, wanted, index, demand);
  if (desired.prune === "none") return containers;
  return [
    ...containers,
    ...planVolumeRemovals(desired, wanted, index),
    ...planNetworkRemovals(wanted, index),
  ];
}

function planContainerRemovals(
  desired: Desired,
  wanted: ReadonlyMap<Address, Resource>,
  index: HostIndex,
  demand: Demand,
): Change[] {
  return index.observed.containers.flatMap((container): Change[] => {
    const address = container.labels[LABEL.address] ?? "";
    if (!isOwned(container.labels, index.project) || address.startsWith("lock.")) return [];
    // Engines are planned with their pools, in use or not.
    if (parseEngineAddress(address) !== undefined) return [];
    // A name that is wanted has its own change, which tells of whoever holds it.
    if (address !== `container.${container.name}` && wanted.has(`container.${container.name}`)) return [];
    if (isJobAddress(address)) {
      if (isJobUnderWay(container, demand)) return [];
      return [removal("container", container.name, "expired", presentContainer(container))];
    }
    const resource = wanted.get(address);
    if (isSeederOf(resource, container)) return [];
    if (resource?.kind === "container") {
      return isCurrent(container, resource, index)
        ? []
        : [removal("container", container.name, "surplus", presentContainer(container))];
    }
    if (desired.prune === "none") return [];
    return [removal("container", container.name, "orphaned", presentContainer(container))];
  });
}

/**
 * A job's own container lives with the lease of its engine, whatever the prune policy: when that has ended nobody uses it, and
 * whoever made it was cut off before it could take it away.
 */
function isJobUnderWay({ labels }: ObservedContainer, demand: Demand): boolean {
  const engineId = labels[LABEL.engine] ?? "";
  return [...demand.values()].some(({ engines }) => engines.get(engineId)?.state === "leased");
}

function isSeederOf(resource: Resource | undefined, { name }: ObservedContainer): boolean {
  return resource?.kind === "volume" && resource.role === "template" && name === resource.seeder;
}

function isCurrent(container: ObservedContainer, resource: ContainerResource, index: HostIndex): boolean {
  const holder = index.containersByName.get(resource.name);
  if (holder !== undefined && isSame(holder, resource, index)) return container.id === holder.id;
  return container.id === findUnderOtherName(resource, index)?.id;
}

/** What a session has written cannot be made again: its volume goes under `prune: all` alone. */
function planVolumeRemovals(
  { prune }: Desired,
  wanted: ReadonlyMap<Address, Resource>,
  index: HostIndex,
): Change[] {
  return index.observed.volumes.flatMap((volume): Change[] => {
    if (!isOwned(volume.labels, index.project) || wanted.has(`volume.${volume.name}`)) return [];
    const session = sessionOf(volume.labels)?.session;
    if (session !== undefined && prune !== "all") return [];
    const reason = wanted.has(volume.labels[LABEL.address] ?? "") ? "surplus" : "orphaned";
    const precondition = present(volume.createdAt, volume.labels);
    const mounters = index.mountersByVolume.get(volume.name);
    const change = unused("volume", volume.name, reason, precondition, mounters, index);
    return [session === undefined ? change : { ...change, session }];
  });
}

/** Docker allows several networks of one name: all but the one that the plan works with are surplus. */
function planNetworkRemovals(wanted: ReadonlyMap<Address, Resource>, index: HostIndex): Change[] {
  return index.observed.networks.flatMap((network): Change[] => {
    if (!isOwned(network.labels, index.project)) return [];
    const isFirst = ownedNetworks(network.name, index)[0]?.id === network.id;
    const isWanted = wanted.has(`network.${network.name}`);
    if (isFirst && isWanted) return [];
    const precondition = present(network.id, network.labels);
    const members = index.membersByNetworkId.get(network.id);
    const reason = isWanted ? "surplus" : "orphaned";
    const change = unused("network", network.name, reason, precondition, members, index);
    return [isFirst ? change : { ...change, address: `${change.address}@${shortId(network.id)}` }];
  });
}

/** The removal of what containers use: after they have let go of it, and not while a foreign one holds on to it. */
function unused(
  kind: "volume" | "network",
  name: string,
  reason: Reason,
  precondition: Precondition,
  users: readonly ObservedContainer[] | undefined,
  index: HostIndex,
): Change {
  const change = removal(kind, name, reason, precondition, addressesOf(users));
  const foreign = foreignNames(users, index);
  return foreign.length === 0 ? change : { ...change, ...useConflict(foreign, precondition) };
}

/** The removal of one object that stands. */
export function removal(
  kind: Change["kind"],
  name: string,
  reason: Reason,
  precondition: Precondition,
  dependsOn: readonly Address[] = [],
): Change {
  const address = `${kind}.${name}`;
  return { address, kind, name, action: "delete", reasons: [reason], fields: [], dependsOn, precondition };
}
