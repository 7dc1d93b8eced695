import { WarmError } from "../errors.js";
import type { Jobs } from "./jobs.js";

/**
 * The jobs as they are kept at each moment: keeping may end, when the lock is lost, and begin anew.
 * @throws (its methods) WarmError `no-watcher` while nobody keeps them here
 */
export function followJobs(current: () => Jobs | undefined): Jobs {
  const now = (): Jobs => {
    const jobs = current();
    if (jobs !== undefined) return jobs;
    throw new WarmError("no-watcher", "nobody runs jobs here just now", {
      hint: "another process may have the project's lock: `warm status` says who",
    });
  };
  return {
    submit: async (...asked) => now().submit(...asked),
    get: (id) => now().get(id),
    list: () => now().list(),
    changed: async (...asked) => now().changed(...asked),
    cancel: async (id) => now().cancel(id),
  };
}
