import type { ErrorCode } from "../../errors.js";

export const START_FAILURES = ["not-ready", "image", "refused", "host", "other"] as const;
/**
 * Why an engine could not be made. not-ready: it runs and does not become ready, or has ended · image: it cannot be had, or
 * not for this platform · refused: Docker will not have it so, or its name is taken · host: Docker itself
 */
export type StartFailure = (typeof START_FAILURES)[number];

const FAILURES: Partial<Readonly<Record<ErrorCode, StartFailure>>> = {
  "unhealthy": "not-ready",
  "engine-failed": "not-ready",
  "deadline": "not-ready",
  "image-not-found": "image",
  "platform-mismatch": "image",
  "auth-failed": "image",
  "rate-limited": "image",
  "registry-unreachable": "image",
  "pull-failed": "image",
  "pull-stalled": "image",
  "rejected": "refused",
  "name-conflict": "refused",
  "in-use": "refused",
  "not-found": "refused",
  "host-unreachable": "host",
  "host-forbidden": "host",
  "host-protocol": "host",
  "api-version": "host",
  "docker-failed": "host",
  "disk-full": "host",
};

/** Given up by the watcher itself. */
const GIVEN_UP: ReadonlySet<ErrorCode> = new Set(["interrupted", "lock-lost"]);

/** @returns undefined where nothing is wrong with the engine */
export function startFailure(code: ErrorCode): StartFailure | undefined {
  return GIVEN_UP.has(code) ? undefined : (FAILURES[code] ?? "other");
}
