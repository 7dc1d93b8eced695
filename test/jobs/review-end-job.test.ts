import { expect, it } from "vitest";
import { WarmError } from "../../src/errors.js";
import { endJob } from "../../src/jobs/end-job.js";
import { Job } from "../../src/jobs/job.js";
import { buildJob } from "./builders.js";

const log = { debug() {}, info() {}, warn() {}, error() {} };
const aJob = () =>
  new Job({
    ...{ id: "job-1", pool: "game", spec: buildJob(), specHash: "j1:", params: {}, key: "k", hash: "h" },
    ...{ priority: 0, holder: "test", force: false, earlierTries: 0, submittedAt: "" },
    ...{ nowMs: () => 0, wallMs: () => 0 },
  });

it("of what an engine says at its end no more is kept than people read", () => {
  const job = aJob();
  const logs = Array.from({ length: 50 }, () => "x".repeat(256 * 1024));
  endJob(job, new WarmError("rejected", "y".repeat(1024 * 1024), { logs }), log);
  expect(JSON.stringify(job.view()).length).toBeLessThan(40_000);
  expect(job.view().outcome?.error?.logs).toHaveLength(20);
});
