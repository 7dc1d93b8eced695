import { expect, it } from "vitest";
import { createRedact } from "../../src/apply/redact-events.js";
import { WarmError } from "../../src/errors.js";
import { endJob } from "../../src/jobs/end-job.js";
import { Job } from "../../src/jobs/job.js";
import type { JobDriver } from "../../src/model/job.js";
import type { PoolResource } from "../../src/model/pool.js";
import { makeSecret } from "../../src/model/secret.js";
import { buildJob, buildJobProject } from "./builders.js";

const log = { debug() {}, info() {}, warn() {}, error() {} };
const aJob = (redact: (text: string) => string = (text) => text) =>
  new Job({
    ...{ id: "job-1", pool: "game", spec: buildJob(), specHash: "j1:", params: {}, key: "k", hash: "h" },
    ...{ priority: 0, holder: "test", force: false, earlierTries: 0, submittedAt: "" },
    ...{ nowMs: () => 0, wallMs: () => 0, redact },
  });

it("of what an engine says at its end no more is kept than people read", () => {
  const job = aJob();
  const logs = Array.from({ length: 50 }, () => "x".repeat(256 * 1024));
  endJob(job, new WarmError("rejected", "y".repeat(1024 * 1024), { logs }), log);
  expect(JSON.stringify(job.view()).length).toBeLessThan(40_000);
  expect(job.view().outcome?.error?.logs).toHaveLength(20);
});

it("a secret of the file that an engine prints is shown nowhere", () => {
  const pool = {
    ...buildJobProject(buildJob(), "/nowhere").pools[0],
    env: { TOKEN: makeSecret("s3cret-of-ours", { env: "TOKEN" }) },
  } as PoolResource;
  const driver: JobDriver = {
    ...{ type: "rcon" as const, port: 1, command: "load {seed}" },
    password: makeSecret("rcon-pass", { env: "RCON" }),
  };
  const redact = createRedact({ resources: [], pools: [pool, { ...pool, job: buildJob({ driver }) }] });
  const told: unknown[] = [];
  const hear = { ...log, warn: (...words: unknown[]) => void told.push(words) };
  const job = aJob(redact);
  const words = `TOKEN=s3cret-of-ours and rcon-pass ${"x".repeat(2_000)}`;
  job.say(words);
  job.failTry(words);
  endJob(job, new WarmError("engine-failed", words, { hint: words, logs: [words] }), hear);
  expect(JSON.stringify([job.view(), told])).not.toMatch(/s3cret|rcon-pass/);
  expect(job.view().lastLine).toMatch(/^TOKEN=\(sensitive\) and \(sensitive\) x/);
});
