import { hostname } from "node:os";
import type { DaemonStatus } from "../../model/daemon-status.js";
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
  if (value?.format !== "warm.daemon/1" || (project ?? value.project) !== value.project) return undefined;
  const { salt: _own, ...status } = value;
  return { ...status, isAlive: isAlive(status, nowMs) };
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
