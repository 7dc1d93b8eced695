import type { JobOutcome, JobTimings, JobView } from "../../src/model/job.js";

export function buildView(parts: Partial<JobView> = {}): JobView {
  return {
    ...{ id: "job-1", revision: 1, pool: "valheim", params: { seed: "MySeed" }, key: "MySeed" },
    ...{ hash: "ab".repeat(32), priority: 0, state: "queued", attempt: 0, maxAttempts: 3, askers: 1 },
    ...{ submittedAt: "2026-03-01T12:00:00.000Z", since: "2026-03-01T12:00:00.000Z" },
    ...{ engine: undefined, lastLine: undefined, failures: [], chunks: [], outcome: undefined },
    ...parts,
  };
}

export function buildOutcome(parts: Partial<JobOutcome> = {}): JobOutcome {
  return {
    ...{ success: true, cached: false, dataDir: undefined, files: 5, bytes: 4_200_000 },
    ...{ timings: buildTimings(), error: undefined },
    ...parts,
  };
}

export function buildTimings(parts: Partial<JobTimings> = {}): JobTimings {
  return {
    ...{ queuedMs: 4, leasingMs: 12, loadingMs: 300, generatingMs: 1_210, exportingMs: 290 },
    ...{ processingMs: 100, totalMs: 1_916 },
    ...parts,
  };
}
