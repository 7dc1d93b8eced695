import type { Observed, ObservedVolume } from "../model/observed.js";
import type { SessionVolume } from "../model/resource.js";
import { tombstoneKey } from "../model/tombstone.js";
import type { HostIndex } from "./index-observed.js";

/**
 * When a session's volume is, or was, too old; undefined: never. Counted from the creation that Docker tells.
 * @returns milliseconds since the epoch
 */
export function expiryMs({ ttlMs }: SessionVolume, { createdAt }: ObservedVolume): number | undefined {
  const createdMs = Date.parse(createdAt);
  return ttlMs === undefined || Number.isNaN(createdMs) ? undefined : createdMs + ttlMs;
}

/** By the daemon's clock, which wrote the creation time too. */
export function isExpired(
  resource: SessionVolume,
  volume: ObservedVolume,
  { observedAt }: Observed,
): boolean {
  const endMs = expiryMs(resource, volume);
  return endMs !== undefined && endMs <= Date.parse(observedAt);
}

/** Whether a session with this very ttl has expired on this host and was removed, or was about to be. */
export function isBuried(resource: SessionVolume, index: HostIndex): boolean {
  return index.imagesByKey.has(tombstoneKey(index.project, resource));
}
