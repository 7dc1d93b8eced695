import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "./is-alive.mjs";

const root = "/sys/fs/cgroup";

/**
 * The cgroup that holds all containers of this run's own Docker, below that of the run that we are part of, if any.
 * Cgroups outlive the namespaces of a killed run.
 */
export const runCgroup = join(process.env.WARM_RIG_CGROUP ?? "", `warm-rig-${process.pid}`);

/**
 * Removes a cgroup in every hierarchy (v1) or the only one (v2). A cgroup with processes in it stays.
 * @param {string} name its path below the root
 */
export function removeCgroup(name) {
  for (const hierarchy of hierarchies()) removeTree(join(hierarchy, name));
}

/** Removes the cgroups of runs that are no more. */
export function removeStaleCgroups() {
  for (const hierarchy of hierarchies()) {
    for (const name of readdirSync(hierarchy)) {
      const pid = /^warm-rig-(\d+)$/.exec(name)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) removeTree(join(hierarchy, name));
    }
  }
}

function hierarchies() {
  if (!existsSync(root)) return [];
  return existsSync(join(root, "cgroup.controllers")) ? [root] : subdirectories(root);
}

/** @param {string} dir */
function removeTree(dir) {
  try {
    for (const child of subdirectories(dir)) removeTree(child);
    rmdirSync(dir);
  } catch {
    // Missing, not ours to remove, or still in use: all are somebody else's business.
  }
}

/** @param {string} dir */
function subdirectories(dir) {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(dir, entry.name));
}
