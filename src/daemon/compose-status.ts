import { hostname } from "node:os";
import type { DaemonStatus } from "../model/daemon-status.js";
import type { ConfigSource } from "./config-source.js";
import type { DeleteGuard } from "./delete-guard.js";
import { describeError, toErrorRecord } from "./describe-error.js";
import type { HostLink } from "./host-link.js";
import type { RevisionKeeper } from "./revisions/revision-keeper.js";
import type { Ledger } from "./state/ledger.js";
import type { Watcher } from "./watcher.js";

export interface StatusSources {
  readonly source: ConfigSource;
  readonly revisions: RevisionKeeper;
  readonly guard: DeleteGuard;
  readonly ledger: Ledger;
  readonly link: HostLink;
  readonly salt: string;
  readonly startedAtMs: number;
  readonly nowMs: number;
}

/** All that the watcher has to tell of itself, for `status.json`. */
export function composeStatus(
  watcher: Watcher,
  sources: StatusSources,
): DaemonStatus & { readonly salt: string } {
  const { source, ledger, link, salt, startedAtMs, nowMs } = sources;
  const guard = sources.guard.held;
  const { config } = source.current;
  const { path } = source.origin;
  const { condition } = watcher;
  const toIso = (ms: number) => new Date(ms).toISOString();
  return {
    format: "warm.daemon/1",
    pid: process.pid,
    machine: hostname(),
    project: config.project,
    endpoint: link.session?.host.facts.endpoint ?? "",
    startedAt: toIso(startedAtMs),
    updatedAt: toIso(nowMs),
    intervalMs: config.intervalMs,
    state: stateOf(watcher),
    ...(condition.state === "running" ? {} : { why: describeError(condition.error) }),
    config: {
      path,
      sha256: source.revision.sha256,
      commit: source.revision.commit,
      isModified: source.revision.isModified,
      ...(source.error === undefined ? {} : { error: toErrorRecord(source.error, nowMs) }),
    },
    revisions: sources.revisions.status(),
    lastPass: watcher.lastPass,
    passes: watcher.passes,
    pause: watcher.pause,
    ...(guard && {
      guard: { deletes: guard.addresses.length, owned: guard.owned, since: toIso(guard.sinceMs) },
    }),
    salt,
    resources: ledger.toJson(),
  };
}

function stateOf({ isStopped, condition, pause }: Watcher): DaemonStatus["state"] {
  if (isStopped) return "stopped";
  if (condition.state !== "running") return condition.state;
  return pause === undefined ? "running" : "paused";
}
