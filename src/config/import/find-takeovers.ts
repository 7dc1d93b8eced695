import type { FoundHost } from "../../model/found-host.js";
import type { Takeover } from "../../model/import-summary.js";
import { isOwned } from "../../model/labels.js";
import type { ObservedContainer } from "../../model/observed.js";
import type { Address, Desired } from "../../model/resource.js";

/**
 * What a file declares under names that objects of others have: planned as conflicts, until `--adopt` takes them over; in the
 * order of the resources.
 */
export function findTakeovers({ project, resources }: Desired, found: FoundHost): Takeover[] {
  const foreignContainers = found.containers.filter(({ labels }) => !isOwned(labels, project));
  const containerNames = new Set(resources.flatMap((one) => (one.kind === "container" ? [one.name] : [])));
  // Those that are taken over with it do not count.
  const strangers = foreignContainers.filter(({ name }) => !containerNames.has(name));
  return resources.flatMap((resource): Takeover[] => {
    const { address, name } = resource;
    if (resource.kind === "network") return takeNetwork(address, name, project, found, foreignContainers);
    if (resource.kind === "container")
      return foreignContainers.some((one) => one.name === name) ? [{ address, caution: undefined }] : [];
    if (resource.kind !== "volume") return [];
    const isForeign = found.volumes.some((one) => one.name === name && !isOwned(one.labels, project));
    if (resource.role === "session") {
      if (!isForeign) return [];
      return [{ address, caution: `empties it: what session ${resource.session} has written is lost` }];
    }
    const seeder = strangers.find((one) => one.name === resource.seeder);
    if (!isForeign && seeder === undefined) return [];
    const users = strangers.filter((one) => one.volumes.includes(name) && one.name !== seeder?.name);
    const waits = [...(seeder === undefined ? [] : [seeder]), ...users];
    return [{ address, caution: waits.length === 0 ? undefined : tellWaits(waits) }];
  });
}

function takeNetwork(
  address: Address,
  name: string,
  project: string,
  { networks }: FoundHost,
  foreign: readonly ObservedContainer[],
): Takeover[] {
  const same = networks.filter((one) => one.name === name);
  if (same.length === 0 || same.some(({ labels }) => isOwned(labels, project))) return [];
  const members = foreign.filter((one) => one.networks.some((own) => own.name === name));
  return [{ address, caution: members.length === 0 ? undefined : tellWaits(members) }];
}

const MOST_NAMED = 5;

function tellWaits(containers: readonly ObservedContainer[]): string {
  const names = containers.map(({ name }) => name).sort();
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : "";
  return `only once ${names.slice(0, MOST_NAMED).join(", ")}${more} ${names.length === 1 ? "is" : "are"} removed`;
}
