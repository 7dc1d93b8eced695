import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { toWarmError, WarmError } from "../../src/errors.js";
import { type JobRecord, openJobFiles } from "../../src/jobs/job-files.js";
import { type JobRuntimeSettings, openJobRuntime } from "../../src/jobs/job-runtime.js";
import type { LeaseView } from "../../src/model/engine.js";
import type { JobView } from "../../src/model/job.js";
import type { Desired } from "../../src/model/resource.js";
import { hostIsAway } from "../../src/pool/pool-host.js";
import { buildJob, buildJobProject } from "./builders.js";
import { temporaryFolder } from "./data/folders.js";

/** Pools that never have an engine. */
function idlePools(leases: readonly LeaseView[] = []) {
  const released: string[] = [];
  const pools = {
    leases: () => leases,
    release: async (id: string) => void released.push(id),
    lease: (_pool: string, { cancel }: { cancel?: AbortSignal }) =>
      new Promise((_resolve, reject) => {
        cancel?.addEventListener("abort", () => reject(new WarmError("interrupted", "gone")), { once: true });
      }),
  } as unknown as JobRuntimeSettings["pools"];
  return { pools, released };
}

function settingsOf(dir: string, desired: Desired, pools: JobRuntimeSettings["pools"]): JobRuntimeSettings {
  let number = 0;
  return {
    ...{ dir: join(dir, "jobs"), desired, pools, env: {} },
    host: () => {
      throw hostIsAway();
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    ...{ nowMs: () => performance.now(), wallMs: Date.now },
    random() {
      number += 1;
      return `r${String(number).padStart(11, "0")}`;
    },
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

it("a job of the file as it is now is not answered with the result of one that was begun before", async () => {
  const dir = temporaryFolder();
  const { pools } = idlePools();
  const before = buildJobProject(buildJob(), join(dir, "data"));
  const after = buildJobProject(
    buildJob({ driver: { type: "console", command: "load_world {seed} big", fifo: undefined } }),
    join(dir, "data"),
  );
  const jobs = openJobRuntime(settingsOf(dir, before, pools));
  const request = { params: { seed: "a" }, holder: "test" };
  const first = await jobs.submit("game", request);
  expect((await jobs.submit("game", request)).id).toBe(first.id);
  jobs.configure(after);
  const error = await jobs.submit("game", request).catch(toWarmError);
  expect(error).toMatchObject({ code: "in-use", message: expect.stringContaining(first.id) });
  await jobs.cancel(first.id);
  await jobs.cancel(first.id);
  expect((await jobs.submit("game", request)).id).not.toBe(first.id);
  await jobs.stop();
});

it("a job that is asked for while warm is being stopped is not begun behind its back", async () => {
  const dir = temporaryFolder();
  const jobs = openJobRuntime(
    settingsOf(dir, buildJobProject(buildJob(), join(dir, "data")), idlePools().pools),
  );
  const asked = jobs.submit("game", { params: { seed: "a" }, holder: "test" }).catch(toWarmError);
  await jobs.stop();
  expect(await asked).toMatchObject({ code: "interrupted" });
  expect(existsSync(join(dir, "jobs")) ? readdirSync(join(dir, "jobs")) : []).toEqual([]);
});

it("the engine of a job whose end was written down before warm was killed is given back", async () => {
  const dir = temporaryFolder();
  const record: JobRecord = {
    ...{ format: "warm.job-record/1", id: "job-00000000-abcdef", pool: "game", params: {}, holder: "test" },
    ...{ priority: 0, force: false, tries: 1, submittedAt: "2026-01-01T00:00:00.000Z" },
    ended: { id: "job-00000000-abcdef" } as JobView,
  };
  await openJobFiles(join(dir, "jobs")).write(record);
  const leases = [
    { id: "L1", holder: `job ${record.id}` },
    { id: "L2", holder: "alice@laptop" },
  ] as LeaseView[];
  const { pools, released } = idlePools(leases);
  const jobs = openJobRuntime(settingsOf(dir, buildJobProject(buildJob(), join(dir, "data")), pools));
  await jobs.resume();
  expect(released).toEqual(["L1"]);
  await jobs.stop();
});

it("a job that was taken back right before warm is stopped is over, and not taken up again", async () => {
  const dir = temporaryFolder();
  const settings = settingsOf(dir, buildJobProject(buildJob(), join(dir, "data")), idlePools().pools);
  const jobs = openJobRuntime(settings);
  const { id } = await jobs.submit("game", { params: { seed: "a" }, holder: "test" });
  await jobs.cancel(id);
  await jobs.stop();
  const again = openJobRuntime(settings);
  await again.resume();
  expect(again.get(id).state).toBe("cancelled");
  await again.stop();
});
