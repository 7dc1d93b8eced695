import type { ObservedVolume } from "../model/observed.js";
import type { SessionVolume } from "../model/resource.js";
import { decideOtherUse, isOwnVolume, strangersOn } from "./decide-volume.js";
import {
  ABSENT,
  createMissing,
  type Decision,
  decideForeign,
  noop,
  present,
  type Requests,
  replaceFor,
  useConflict,
} from "./decision.js";
import { addressesOf, type HostIndex } from "./index-observed.js";
import { isBuried, isExpired } from "./session-life.js";

/**
 * Plans one session volume. It is made when it is missing, unless its tombstone says that it has expired; an
 * expired one is an orphan, and like every orphan of a session it goes under `prune: all` alone.
 */
export function planSessionVolume(resource: SessionVolume, index: HostIndex, requests: Requests): Decision {
  const { address, name } = resource;
  const isReplaced = requests.replace.has(address);
  const isOver = isBuried(resource, index);
  const isRevived = isReplaced || requests.adopt.has(address);
  const volume = index.volumesByName.get(name);
  if (resource.isForgotten) return decideForgotten(resource, volume, index, requests);
  if (volume === undefined) {
    if (!isOver) return createMissing(resource);
    return isReplaced ? { ...createMissing(resource), reasons: ["requested"] } : noop(ABSENT);
  }
  const users = strangersOn(name, index, requests);
  const isOurs = isOwnVolume(resource, volume, index);
  const otherUse = isOurs ? decideOtherUse(resource, volume, users, index, requests) : undefined;
  // A session that is over wants nothing any more, so whoever has its name is not in the way.
  if (isOver && !isRevived && (!isOurs || otherUse !== undefined)) return noop(ABSENT);
  const precondition = present(volume.createdAt, volume.labels);
  if (!isOurs) return decideForeign(`volume ${name}`, precondition, users, requests.adopt.has(address));
  if (otherUse !== undefined) return otherUse;
  if (isReplaced) {
    return users.length > 0 ? useConflict(users, precondition) : replaceFor("requested", precondition);
  }
  return isExpired(resource, volume, index.observed)
    ? decideExpired(volume, users, index)
    : noop(precondition);
}

/** What was asked for and taken back goes. What only has its name is left alone, and is in nobody's way. */
function decideForgotten(
  resource: SessionVolume,
  volume: ObservedVolume | undefined,
  index: HostIndex,
  requests: Requests,
): Decision {
  if (volume === undefined || !isOwnVolume(resource, volume, index)) return noop(ABSENT);
  const users = strangersOn(resource.name, index, requests);
  if (decideOtherUse(resource, volume, users, index, requests) !== undefined) return noop(ABSENT);
  const precondition = present(volume.createdAt, volume.labels);
  if (users.length > 0) return useConflict(users, precondition);
  const dependsOn = addressesOf(index.mountersByVolume.get(volume.name));
  return { action: "delete", reasons: ["requested"], precondition, dependsOn };
}

function decideExpired(volume: ObservedVolume, users: readonly string[], index: HostIndex): Decision {
  const precondition = present(volume.createdAt, volume.labels);
  if (index.prune !== "all") return noop(precondition);
  if (users.length > 0) return useConflict(users, precondition);
  const dependsOn = addressesOf(index.mountersByVolume.get(volume.name));
  return { action: "delete", reasons: ["expired"], precondition, dependsOn };
}
