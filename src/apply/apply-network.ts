import { WarmError } from "../errors.js";
import { identityLabels } from "../model/labels.js";
import type { Change } from "../model/plan.js";
import type { Address, NetworkResource } from "../model/resource.js";
import { networkSpecHash } from "../model/spec.js";
import type { ActionResult, ApplyContext } from "./apply-context.js";

/** Makes the network, or makes it anew: its members are taken off first and connected again by their own changes. */
export async function applyNetwork(
  change: Change,
  resource: NetworkResource,
  context: ApplyContext,
): Promise<ActionResult> {
  const { writer, desired, ids } = context;
  if (change.action === "replace" && change.precondition.exists) {
    await removeNetwork(change.precondition.id, context);
  }
  const labels = identityLabels(desired.project, resource.address, networkSpecHash(resource));
  ids.set(resource.address, await writer.networks.create(resource.name, resource.driver, labels));
  return {};
}

export async function removeNetwork(id: string, { host, writer }: ApplyContext): Promise<void> {
  const filters = JSON.stringify({ network: [id] });
  const members = await host.reader.getJson("list a network's members", "/containers/json", {
    query: { all: "1", filters },
  });
  for (const { Id } of members as { Id: string }[]) await writer.networks.disconnect(id, Id);
  await writer.networks.remove(id);
}

/** The ID of the network that stood when the plan was made, or that this run made. */
export function networkId(address: Address, { ids, changes }: ApplyContext): string {
  const planned = changes.get(address)?.precondition;
  const id = ids.get(address) ?? (planned?.exists === true ? planned.id : undefined);
  if (id === undefined) throw new WarmError("internal", `${address} has neither been found nor made`);
  return id;
}
