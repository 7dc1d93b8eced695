import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { toWarmError } from "../../src/errors.js";
import { type JobRecord, openJobFiles } from "../../src/jobs/job-files.js";
import type { JobView } from "../../src/model/job.js";
import { temporaryFolder } from "./data/folders.js";

const recordOf = (number: number, ended?: JobView): JobRecord => ({
  ...{ format: "warm.job-record/1", id: `job-00000000-a${String(number).padStart(6, "0")}`, pool: "game" },
  ...{ params: {}, holder: "test", priority: 0, force: false, tries: 1, ended },
  submittedAt: new Date(1_700_000_000_000 + number).toISOString(),
});
const END = { id: "job" } as JobView;

it("a watcher that runs for months keeps the files of the last jobs that are over, and of all that are not", async () => {
  const dir = temporaryFolder();
  const files = openJobFiles(dir);
  await files.write(recordOf(0), false);
  for (let number = 1; number <= 230; number += 1) await files.write(recordOf(number, END), false);
  expect(readdirSync(dir)).toHaveLength(201);

  const again = openJobFiles(dir);
  expect((await again.load()).map(({ id }) => id).slice(0, 2)).toEqual([recordOf(0).id, recordOf(31).id]);
  for (let number = 231; number <= 240; number += 1) await again.write(recordOf(number, END), false);
  expect(readdirSync(dir)).toHaveLength(201);
});

it("jobs that nobody may read are not taken for none", async () => {
  const dir = join(temporaryFolder(), "jobs");
  expect(await openJobFiles(dir).load()).toEqual([]);
  writeFileSync(dir, "");
  const error = await openJobFiles(dir).load().catch(toWarmError);
  expect(error).toMatchObject({ code: "rejected", message: expect.stringContaining(dir) });
});
