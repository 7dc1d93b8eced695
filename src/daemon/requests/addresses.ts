import {
  addressOf,
  sessionVolumeName,
  stripDashes,
  templateContainerName,
  templateVolumeName,
} from "../../model/names.js";
import type { Address, Desired } from "../../model/resource.js";

/** What a template's own objects are: its container and its volume. */
export function templateAddresses(prefix: string, id: string): Address[] {
  const tid = stripDashes(id);
  return [
    addressOf("container", templateContainerName(prefix, tid)),
    addressOf("volume", templateVolumeName(prefix, tid)),
  ];
}

export const volumeOfSession = (prefix: string, template: string, session: string): Address =>
  addressOf("volume", sessionVolumeName(prefix, stripDashes(template), session));

/** Some resources with everything that they depend on. */
export function withDependencies(
  { resources }: Desired,
  addresses: readonly Address[],
): ReadonlySet<Address> {
  const byAddress = new Map(resources.map((resource) => [resource.address, resource]));
  const found = new Set<Address>();
  const add = (address: Address) => {
    if (found.has(address)) return;
    found.add(address);
    for (const parent of byAddress.get(address)?.dependsOn ?? []) add(parent);
  };
  for (const address of addresses) add(address);
  return found;
}
