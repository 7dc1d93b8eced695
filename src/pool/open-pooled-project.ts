import { dirname, resolve } from "node:path";
import { openProject, type Project, type ProjectSettings } from "../apply/open-project.js";
import { mergeRequests } from "../config/requests/merge-requests.js";
import { readRequests, requestsIn } from "../config/requests/read-requests.js";
import { journalPath, statePath } from "./journal/journal-path.js";
import { readDemand } from "./read-demand.js";

export interface PooledProjectSettings extends ProjectSettings {
  /** Where the watcher keeps its state, from `cwd`; default `.warm` beside the file. */
  readonly stateDir?: string | undefined;
}

/**
 * A project whose plans know what the watcher that runs or ran keeps beside the file: what its engines are doing, by its
 * journal, so that one that is leased is left alone; and what was asked of it, which is wanted as well.
 * @throws as `openProject`
 */
export function openPooledProject(settings: PooledProjectSettings = {}): Promise<Project> {
  const { cwd = process.cwd(), file = "warm.yaml", config } = settings;
  const directory = config?.directory ?? dirname(resolve(cwd, file));
  const state = statePath(directory, settings.stateDir, cwd);
  return openProject({
    ...settings,
    extend: async (loaded) => mergeRequests(loaded, await readRequests(requestsIn(state)), Date.now()),
    readDemand: (desired) => readDemand(journalPath(state), desired),
  });
}
