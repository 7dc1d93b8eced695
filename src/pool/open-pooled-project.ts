import { dirname, resolve } from "node:path";
import { openProject, type Project, type ProjectSettings } from "../apply/open-project.js";
import { journalPath, statePath } from "./journal/journal-path.js";
import { readDemand } from "./read-demand.js";

export interface PooledProjectSettings extends ProjectSettings {
  /** Where the watcher keeps its state, from `cwd`; default `.warm` beside the file. */
  readonly stateDir?: string | undefined;
}

/**
 * A project whose plans know what its engines are doing, by the journal of the watcher that runs or ran: an engine that is
 * leased is left alone.
 * @throws as `openProject`
 */
export function openPooledProject(settings: PooledProjectSettings = {}): Promise<Project> {
  const { cwd = process.cwd(), file = "warm.yaml", config } = settings;
  const directory = config?.directory ?? dirname(resolve(cwd, file));
  const path = journalPath(statePath(directory, settings.stateDir, cwd));
  return openProject({ ...settings, readDemand: (desired) => readDemand(path, desired) });
}
