import { isOwned, LABEL } from "../model/labels.js";
import { addressOf } from "../model/names.js";
import type { ObservedVolume } from "../model/observed.js";
import type { FieldChange, FieldValue } from "../model/plan.js";
import type { VolumeResource } from "../model/resource.js";
import { isUsedAs, sessionOf } from "../model/volume-use.js";
import { type Decision, present, type Requests, replaceFor, useConflict } from "./decision.js";
import { foreignNames, type HostIndex } from "./index-observed.js";

/** Whether a volume is ours and was made under this address, for whichever use. */
export function isOwnVolume(
  { address }: VolumeResource,
  { labels }: ObservedVolume,
  index: HostIndex,
): boolean {
  return isOwned(labels, index.project) && labels[LABEL.address] === address;
}

/** Names of containers that are not ours and mount a volume, but for those that this same plan takes over. */
export function strangersOn(volume: string, index: HostIndex, { adopt }: Requests): string[] {
  const mounters = index.mountersByVolume.get(volume) ?? [];
  return foreignNames(
    mounters.filter(({ name }) => !adopt.has(addressOf("container", name))),
    index,
  );
}

/**
 * What becomes of a volume of ours that has the wanted name and was made for another use, as another prefix makes
 * possible. A template's volume can be filled again, so it makes room. What a session has written cannot: unless
 * `prune: all` or a request says otherwise, it stays and is a conflict.
 * @returns undefined when the volume is what it should be.
 */
export function decideOtherUse(
  resource: VolumeResource,
  volume: ObservedVolume,
  users: readonly string[],
  index: HostIndex,
  { adopt, replace }: Requests,
): Decision | undefined {
  if (isUsedAs(resource, volume.labels)) return undefined;
  const precondition = present(volume.createdAt, volume.labels);
  const fields = compareUse(resource, volume);
  const holder = sessionOf(volume.labels);
  const isAsked = adopt.has(resource.address) || replace.has(resource.address);
  if (holder !== undefined && index.prune !== "all" && !isAsked) {
    const heldBy = `it holds what session ${holder.session} has written, which \`prune: ${index.prune}\` keeps`;
    return { action: "conflict", reasons: ["config-changed"], fields, precondition, heldBy };
  }
  if (users.length > 0) return useConflict(users, precondition);
  return replaceFor(isAsked ? "requested" : "config-changed", precondition, fields);
}

function compareUse(resource: VolumeResource, { labels }: ObservedVolume): FieldChange[] {
  const was = sessionOf(labels);
  const is = resource.role === "session" ? resource : undefined;
  const sides: [path: string, before: FieldValue, after: FieldValue][] = [
    ["role", was?.role ?? "template", resource.role],
    ["session", was?.session ?? null, is?.session ?? null],
    ["template", was?.template ?? null, is?.tid ?? null],
  ];
  return sides
    .filter(([, before, after]) => before !== after)
    .map(([path, before, after]) => ({ path, before, after, cause: "config", effect: "replace" }));
}
