import type { WarmError } from "../errors.js";
import type { JobTimings, JobView } from "../model/job.js";
import type { JobRecord } from "./job-files.js";

const NO_TIME: JobTimings = {
  queuedMs: 0,
  leasingMs: 0,
  loadingMs: 0,
  generatingMs: 0,
  exportingMs: 0,
  processingMs: 0,
  totalMs: 0,
};

/** A job of an earlier run that nobody can take up again, as one that failed. */
export function viewLostJob(record: JobRecord, error: WarmError, wallMs: number): JobView {
  const { id, pool, params, priority, submittedAt, tries } = record;
  const { code, message, hint } = error;
  return {
    ...{ id, pool, params, priority, submittedAt },
    ...{ revision: 1, key: "", hash: "", state: "failed", since: new Date(wallMs).toISOString() },
    ...{ attempt: tries, maxAttempts: tries, engine: undefined, lastLine: undefined },
    ...{ failures: [], chunks: [], askers: 0 },
    outcome: {
      ...{ success: false, cached: false, dataDir: undefined, files: 0, bytes: 0, timings: NO_TIME },
      error: { code, message, hint, logs: [] },
    },
  };
}
