import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "./is-alive.mjs";

/**
 * The prefix for `mkdtemp` of every temporary directory of the rig. It carries our pid, so that a later run can
 * tell what a killed one left behind.
 * @param {string} kind a short word, e.g. "registry"; paths below must stay under a socket's 108 bytes
 */
export function tempDirPrefix(kind) {
  return join(tmpdir(), `warm-rig-${process.pid}-${kind}-`);
}

/** Removes the temporary directories (and files) of runs that are no more. */
export function removeStaleTempDirs() {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^warm-rig-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    // Another user's cannot be removed, and another run may be removing this one right now.
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {}
  }
}
