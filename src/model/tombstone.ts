import { canonicalJson, sha256 } from "./canonical.js";
import { TOMBSTONE_REPOSITORY } from "./names.js";
import type { SessionVolume } from "./resource.js";

const DIGEST = /^[0-9a-f]{12}$/;

/**
 * `<project>-<12 hex digits>`: the tag that says that a session has expired and its volume is gone, so that it is
 * not made again while the file still has it. The digits are over project, session, template and ttl: another ttl
 * is another session. The project stands before them, so that an image list alone says whose it is.
 */
export function tombstoneTag(project: string, { session, tid, ttlMs }: SessionVolume): string {
  const digest = sha256(canonicalJson([project, session, tid, ttlMs ?? null]));
  return `${project}-${digest.slice(0, 12)}`;
}

/** The key under which an image list has it. */
export function tombstoneKey(project: string, session: SessionVolume): string {
  return `${TOMBSTONE_REPOSITORY}:${tombstoneTag(project, session)}`;
}

/** Whether a key of an image list is a tombstone of this project, of whichever session. */
export function isTombstoneOf(project: string, key: string): boolean {
  const start = `${TOMBSTONE_REPOSITORY}:${project}-`;
  return key.startsWith(start) && DIGEST.test(key.slice(start.length));
}
