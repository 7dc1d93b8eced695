import { WarmError } from "../../src/errors.js";
import type { JobOutcome, JobView } from "../../src/model/job.js";
import type { FinishedJob, JobEnd } from "../../src/report/format-job-end.js";
import { buildOutcome, buildView } from "../server/job-builders.js";

export function buildFinished(parts: Partial<JobView> = {}, outcome: Partial<JobOutcome> = {}): FinishedJob {
  const { success = true } = outcome;
  const dataDir = success ? "/srv/data/seeds/abab" : undefined;
  return {
    ...buildView({ state: success ? "done" : "failed", attempt: 1, engine: "engine.valheim/1", ...parts }),
    outcome: buildOutcome({ dataDir, ...outcome }),
  };
}

export const buildEnd = (...parts: Parameters<typeof buildFinished>): JobEnd => ({
  type: "over",
  view: buildFinished(...parts),
});

export const failure = (message = "the engine died", hint?: string): Partial<JobOutcome> => ({
  success: false,
  files: 0,
  bytes: 0,
  error: { code: "engine-failed", message, hint, logs: [] },
});

export const refused = (params: JobView["params"], message = "params.seed: is too long"): JobEnd => ({
  ...{ type: "lost", params, view: undefined },
  error: new WarmError("usage", message, { hint: "give a shorter one" }),
});
