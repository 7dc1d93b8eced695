import type { NetworkResource } from "../model/resource.js";
import {
  createMissing,
  type Decision,
  decideForeign,
  noop,
  present,
  type Requests,
  replaceFor,
  shortId,
  useConflict,
} from "./decision.js";
import { foreignNames, type HostIndex, ownedNetworks } from "./index-observed.js";

/** Plans the project's network: made when missing, never rebuilt under containers that are not ours. */
export function planNetwork(resource: NetworkResource, index: HostIndex, requests: Requests): Decision {
  const [owned] = ownedNetworks(resource.name, index);
  const sameName = index.networksByName.get(resource.name) ?? [];
  const found = owned ?? sameName.toSorted((a, b) => (a.id < b.id ? -1 : 1))[0];
  if (found === undefined) return createMissing(resource);

  const precondition = present(found.id, found.labels);
  const users = foreignNames(index.membersByNetworkId.get(found.id), index);
  if (owned === undefined) {
    return decideForeign(
      `network ${shortId(found.id)}`,
      precondition,
      users,
      requests.adopt.has(resource.address),
    );
  }
  if (found.driver !== resource.driver) {
    if (users.length > 0) return useConflict(users, precondition);
    const field = {
      path: "driver",
      before: found.driver,
      after: resource.driver,
      cause: "drift",
      effect: "replace",
    } as const;
    return replaceFor("drift-field", precondition, [field]);
  }
  if (!requests.replace.has(resource.address)) return noop(precondition);
  return users.length > 0 ? useConflict(users, precondition) : replaceFor("requested", precondition);
}
