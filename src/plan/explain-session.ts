import type { Observed, ObservedVolume } from "../model/observed.js";
import type { SessionVolume } from "../model/resource.js";
import type { FieldSides } from "../model/status.js";
import { isUsedAs, sessionOf } from "../model/volume-use.js";
import { isOwnVolume } from "./decide-volume.js";
import { side } from "./field-sides.js";
import type { HostIndex } from "./index-observed.js";
import { expiryMs, isBuried, isExpired } from "./session-life.js";

/** The three sides of a session's volume. The ttl, in milliseconds, is recorded nowhere: it holds as the file has it. */
export function sessionSides(resource: SessionVolume, observed: Observed): FieldSides[] {
  const found = observed.volumes.find(({ name }) => name === resource.name);
  const applied = found && sessionOf(found.labels);
  return [
    side(resource, "session", resource.session, applied?.session, undefined),
    side(resource, "template", resource.tid, applied?.template, undefined),
    side(resource, "ttl", resource.ttlMs ?? null, undefined, undefined),
  ];
}

/** How long a session still has, or since when it is over, and how to begin it anew; one clause each. */
export function explainSession(resource: SessionVolume, index: HostIndex): string[] {
  const volume = index.volumesByName.get(resource.name);
  const isOurs = volume && isOwnVolume(resource, volume, index) && isUsedAs(resource, volume.labels);
  if (isOurs) return explainLife(resource, volume, index);
  if (!isBuried(resource, index)) return [];
  return [`session ${resource.session} expired and its volume was removed`, waysToRevive(resource)];
}

function explainLife(resource: SessionVolume, volume: ObservedVolume, index: HostIndex): string[] {
  const endMs = expiryMs(resource, volume);
  const made = `made at ${volume.createdAt}`;
  if (endMs === undefined) return [made, `session ${resource.session} has no ttl: it never expires`];
  const end = new Date(endMs).toISOString().replace(".000Z", "Z");
  if (!isExpired(resource, volume, index.observed)) {
    return [made, `session ${resource.session} expires at ${end}`];
  }
  const kept = index.prune === "all" ? [] : [`\`prune: ${index.prune}\` keeps its volume`];
  return [made, `session ${resource.session} expired at ${end}`, ...kept, waysToRevive(resource)];
}

function waysToRevive({ address }: SessionVolume): string {
  return `another \`ttl\` in the file revives it, \`warm apply --replace ${address}\` begins it anew and empty`;
}
