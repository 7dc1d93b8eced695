import { readContainerList } from "../../docker/observe/read-lists.js";
import { WarmError } from "../../errors.js";
import { identityLabels, isOwned } from "../../model/labels.js";
import type { Change } from "../../model/plan.js";
import type { Address, NetworkResource } from "../../model/resource.js";
import { networkSpecHash } from "../../model/spec.js";
import type { ActionResult, ApplyContext } from "../apply-context.js";

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

/** @throws WarmError `in-use`, with nothing touched, when a foreign container has joined since the plan. */
export async function removeNetwork(id: string, { host, writer, desired }: ApplyContext): Promise<void> {
  const query = { all: "1", filters: JSON.stringify({ network: [id] }) };
  const members = readContainerList(
    await host.reader.getJson("list a network's members", "/containers/json", { query }),
  );
  const stranger = members.find(({ labels }) => !isOwned(labels, desired.project));
  if (stranger !== undefined) {
    throw new WarmError("in-use", `the network is in use by container ${stranger.name}`, {
      hint: "free it, then apply again",
    });
  }
  for (const member of members) await writer.networks.disconnect(id, member.id);
  await writer.networks.remove(id);
}

/** The ID of the network that stood when the plan was made, or that this run made. */
export function networkId(address: Address, { ids, changes }: ApplyContext): string {
  const planned = changes.get(address)?.precondition;
  const id = ids.get(address) ?? (planned?.exists === true ? planned.id : undefined);
  if (id === undefined) throw new WarmError("internal", `${address} has neither been found nor made`);
  return id;
}
