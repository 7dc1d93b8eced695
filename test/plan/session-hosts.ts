import type { Observed, ObservedContainer } from "../../src/model/observed.js";
import type { PlanOptions } from "../../src/model/plan.js";
import type { Desired, SessionVolume } from "../../src/model/resource.js";
import { tombstoneKey } from "../../src/model/tombstone.js";
import { sessionOf } from "../../src/model/volume-use.js";
import { NO_OPTIONS, planProject } from "../../src/plan/plan-project.js";
import {
  buildDesired,
  buildForeignContainer,
  type DesiredParts,
  HOUR_MS,
  type SessionParts,
} from "./builders.js";
import { printPlan } from "./print-plan.js";

/** What a file with template `a` and session `s` wants; its host is looked at when that is three hours old. */
export const wantSession = (session: SessionParts = {}, parts: DesiredParts = {}) =>
  buildDesired({ sessions: { s: session }, ...parts });

export const keep = wantSession();
export const over = { ttlMs: HOUR_MS };
export const alive = { ttlMs: 9 * HOUR_MS };

/** What is planned, in a few lines. */
export function plan(desired: Desired, host: Observed, options: Partial<PlanOptions> = {}): string {
  return printPlan(planProject(desired, host, { ...NO_OPTIONS, ...options }));
}

/** The key of the tombstone of a file's one session. */
export const tombstoneOf = (desired: Desired) => {
  const session = desired.resources.find(
    (resource): resource is SessionVolume => resource.kind === "volume" && resource.role === "session",
  );
  if (session === undefined) throw new Error("the file has no session");
  return tombstoneKey(desired.project, session);
};

/** A host that has these tombstones too. */
export const bury = (host: Observed, ...keys: readonly string[]): Observed => ({
  ...host,
  images: [...host.images, { id: "sha256:empty", keys: ["warm-lock:1", ...keys] }],
});

/** A host without the volumes of sessions. */
export const withoutSession = (host: Observed): Observed => ({
  ...host,
  volumes: host.volumes.filter(({ labels }) => sessionOf(labels) === undefined),
});

/** A host with one more container, which mounts the volume of session `s`. */
export const withUser = (host: Observed, user: Partial<ObservedContainer> = {}): Observed => ({
  ...host,
  containers: [...host.containers, buildForeignContainer({ volumes: ["cyan-a-s"], ...user })],
});
