import { join, resolve } from "node:path";
import { DEFAULT_STATE_DIR } from "../../apply/revisions/state-folder.js";

/** In a folder of its own: who watches the directory for orders is not woken by every lease. */
const JOURNAL_FILE = "engines/journal";

/**
 * Where a project's state is kept.
 * @param directory that of warm.yaml
 * @param stateDir from `cwd`; default `.warm` beside the file
 */
export function statePath(directory: string, stateDir: string | undefined, cwd: string): string {
  return stateDir === undefined ? join(directory, DEFAULT_STATE_DIR) : resolve(cwd, stateDir);
}

/** The journal of leases and engines in a state directory. */
export const journalPath = (stateDirectory: string) => join(stateDirectory, JOURNAL_FILE);
