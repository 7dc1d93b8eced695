import { isOwned, LABEL } from "../model/labels.js";
import type { ObservedContainer } from "../model/observed.js";
import type { Change, Precondition, Reason } from "../model/plan.js";
import type { Address, ContainerResource, Desired, Resource } from "../model/resource.js";
import { present, shortId, useConflict } from "./decision.js";
import { foreignNames, type HostIndex } from "./index-observed.js";
import { findUnderOtherName, presentContainer } from "./plan-container.js";

/**
 * Plans what of ours has to go: surplus containers of a wanted address (left by a killed swap, or copied by
 * hand), and orphans, as far as the prune policy lets. Sorted by address.
 */
export function planRemovals(desired: Desired, index: HostIndex): Change[] {
  const wanted = new Map(desired.resources.map((resource) => [resource.address, resource]));
  const containers = planContainerRemovals(desired, wanted, index);
  if (desired.prune === "none") return containers;
  const removals = [
    ...containers,
    ...planVolumeRemovals(wanted, index),
    ...planNetworkRemovals(wanted, index),
  ];
  return removals;
}

function planContainerRemovals(
  desired: Desired,
  wanted: ReadonlyMap<Address, Resource>,
  index: HostIndex,
): Change[] {
  return index.observed.containers.flatMap((container): Change[] => {
    const address = container.labels[LABEL.address] ?? "";
    if (!isOwned(container.labels, index.project) || address.startsWith("lock.")) return [];
    const resource = wanted.get(address);
    if (resource?.kind === "volume" && container.name === resource.seeder) return [];
    if (resource?.kind === "container") {
      return isCurrent(container, resource, index)
        ? []
        : [removal("container", container.name, "surplus", presentContainer(container))];
    }
    if (desired.prune === "none") return [];
    return [removal("container", container.name, "orphaned", presentContainer(container))];
  });
}

function isCurrent(container: ObservedContainer, resource: ContainerResource, index: HostIndex): boolean {
  const holder = index.containersByName.get(resource.name);
  if (holder !== undefined && holder.labels[LABEL.address] === resource.address)
    return container.id === holder.id;
  return container.id === findUnderOtherName(resource, index)?.id;
}

function planVolumeRemovals(wanted: ReadonlyMap<Address, Resource>, index: HostIndex): Change[] {
  return index.observed.volumes.flatMap((volume): Change[] => {
    if (!isOwned(volume.labels, index.project) || wanted.has(volume.labels[LABEL.address] ?? "")) return [];
    const precondition = present(volume.createdAt, volume.labels);
    const mounters = index.mountersByVolume.get(volume.name);
    const foreign = foreignNames(mounters, index);
    return [removal("volume", volume.name, "orphaned", precondition, foreign, containerAddresses(mounters))];
  });
}

function planNetworkRemovals(wanted: ReadonlyMap<Address, Resource>, index: HostIndex): Change[] {
  return index.observed.networks.flatMap((network): Change[] => {
    if (!isOwned(network.labels, index.project) || wanted.has(network.labels[LABEL.address] ?? "")) return [];
    const precondition = present(network.id, network.labels);
    const members = index.membersByNetworkId.get(network.id);
    const foreign = foreignNames(members, index);
    return [removal("network", network.name, "orphaned", precondition, foreign, containerAddresses(members))];
  });
}

/** Both what a container is wanted as and what it is called: a change exists under at most one of them. */
function containerAddresses(containers: readonly ObservedContainer[] | undefined): Address[] {
  const both = (containers ?? []).flatMap((c) => [c.labels[LABEL.address] ?? "", `container.${c.name}`]);
  return [...new Set(both)].sort();
}

function removal(
  kind: Change["kind"],
  name: string,
  reason: Reason,
  precondition: Precondition,
  foreignUsers: readonly string[] = [],
  dependsOn: readonly Address[] = [],
): Change {
  const address = `${kind}.${name}`;
  const base = { address, kind, name, fields: [], dependsOn, precondition };
  if (foreignUsers.length === 0) return { ...base, action: "delete", reasons: [reason] };
  const conflict = useConflict(foreignUsers, precondition);
  return { ...base, action: "conflict", reasons: conflict.reasons, heldBy: conflict.heldBy ?? shortId(name) };
}
