import type { Change } from "../model/plan.js";
import type { Desired, SessionVolume } from "../model/resource.js";
import { isTombstoneOf, tombstoneKey } from "../model/tombstone.js";
import { isUsedAs } from "../model/volume-use.js";
import { isOwnVolume } from "./decide-volume.js";
import type { HostIndex } from "./index-observed.js";
import { removal } from "./plan-removals.js";
import { isExpired } from "./session-life.js";

/**
 * Plans the removal of the project's tombstones that stand for no session of the file any more: it has gone, its
 * ttl has changed, or its volume lives. Those of other projects are never looked at.
 * @param wanted the changes of what is wanted
 */
export function planTombstones(desired: Desired, index: HostIndex, wanted: readonly Change[]): Change[] {
  if (desired.prune === "none") return [];
  const actions = new Map(wanted.map(({ address, action }) => [address, action]));
  const kept = new Set(
    desired.resources.flatMap((resource) => {
      if (resource.kind !== "volume" || resource.role !== "session") return [];
      const isMade = ["create", "replace"].includes(actions.get(resource.address) ?? "");
      return isMade || isAlive(resource, index) ? [] : [tombstoneKey(desired.project, resource)];
    }),
  );
  return index.observed.images.flatMap(({ id, keys }) =>
    keys
      .filter((key) => isTombstoneOf(desired.project, key) && !kept.has(key))
      .map((key) => removal("image", key, "orphaned", { exists: true, id })),
  );
}

function isAlive(resource: SessionVolume, index: HostIndex): boolean {
  const volume = index.volumesByName.get(resource.name);
  return (
    volume !== undefined &&
    isOwnVolume(resource, volume, index) &&
    isUsedAs(resource, volume.labels) &&
    !isExpired(resource, volume, index.observed)
  );
}
