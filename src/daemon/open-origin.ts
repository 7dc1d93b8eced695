import { resolve } from "node:path";
import type { Clock } from "../apply/apply-context.js";
import type { ConfigOrigin } from "./config-origin.js";
import { createFileOrigin } from "./file-origin.js";
import { readGitPlace } from "./git/git-place.js";
import type { StateDirectory } from "./state/state-directory.js";
import type { WatchSettings } from "./watch-project.js";

/**
 * Where a watcher's file comes from, by its settings. What pulls from a repository is loaded when there is one.
 * @throws WarmError `usage`, `git-failed`, `rejected`, `disk-full`
 */
export async function openOrigin(
  { git, file: path, cwd, env, log, stop }: WatchSettings,
  state: StateDirectory,
  clock: Clock,
): Promise<ConfigOrigin> {
  if (git === undefined) return createFileOrigin({ path, cwd, env });
  const { openGitOrigin } = await import("./git/open-git-origin.js");
  const place = readGitPlace(git, cwd);
  const paths = { stateDir: state.path, cwd: resolve(cwd) };
  return openGitOrigin({ place, ...paths, env, log, clock, cancel: stop.soft });
}
