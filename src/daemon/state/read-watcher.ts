import { hostname } from "node:os";
import type { DaemonStatus } from "../../model/daemon-status.js";
import type { RevisionStatus } from "../../model/revision-status.js";
import type { WatcherStatus } from "../../model/status.js";
import type { StateDirectory } from "./state-directory.js";

/** A watcher writes in every interval; late by this much, it is taken for gone. */
const LATE_MS = 60_000;

/**
 * What the watcher of a project last told of itself; undefined when none has run here.
 * @param project undefined: whichever it is
 */
export async function readWatcher(
  state: StateDirectory,
  project: string | undefined,
  nowMs: number,
): Promise<WatcherStatus | undefined> {
  const value = (await state.read("status.json")) as
    | (DaemonStatus & { readonly salt?: string })
    | null
    | undefined;
  if (!isWhole(value) || (project ?? value.project) !== value.project) return undefined;
  const { salt: _own, ...status } = value;
  return { ...status, isAlive: isAlive(status, nowMs) };
}

const STATES: readonly unknown[] = ["running", "paused", "standby", "host-away", "failing", "stopped"];

/** The file may be of another version, or somebody else's: what is printed of it has to be there. */
function isWhole(value: DaemonStatus | null | undefined): value is DaemonStatus {
  if (value?.format !== "warm.daemon/1" || !STATES.includes(value.state)) return false;
  const { pid, machine, project, startedAt, updatedAt, intervalMs, config, resources, lastPass, guard } =
    value;
  const texts: unknown[] = [machine, project, startedAt, updatedAt, config?.path, config?.sha256];
  const numbers: unknown[] = [pid, intervalMs, ...(guard ? [guard.deletes, guard.owned] : [])];
  return (
    texts.every((text) => typeof text === "string") &&
    numbers.every((number) => typeof number === "number") &&
    ["string", "undefined"].includes(typeof config.commit) &&
    typeof resources === "object" &&
    resources !== null &&
    (lastPass === undefined || Array.isArray(lastPass.triggers)) &&
    isRevisions(value.revisions)
  );
}

const isMark = (mark: RevisionStatus["wanted"]) =>
  mark === undefined || (typeof mark === "object" && typeof mark?.at === "string");

function isRevisions(value: RevisionStatus | undefined): boolean {
  if (value === undefined) return true;
  if (typeof value !== "object" || value === null) return false;
  const { git, wanted, applied } = value;
  const isGit = git === undefined || [git?.url, git?.ref].every((text) => typeof text === "string");
  return isGit && isMark(wanted) && isMark(applied);
}

/** On this machine its process is asked for; of another one, or another container, only its last word is known. */
function isAlive({ state, updatedAt, intervalMs, machine, pid }: DaemonStatus, nowMs: number): boolean {
  if (state === "stopped" || Date.parse(updatedAt) < nowMs - 2 * intervalMs - LATE_MS) return false;
  if (machine !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
