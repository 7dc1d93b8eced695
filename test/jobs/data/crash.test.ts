import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
import { describe, expect, test } from "vitest";
import { identifyOwner, type Owner } from "../../../src/jobs/data/owner.js";
import { sha256 } from "../../../src/model/canonical.js";
import { temporaryFolder, withFolder } from "./folders.js";
import { openedDirectory, publishFiles } from "./results.js";

const ROUNDS = 15;
const SEED = 20_260_101;
const HASH = sha256("k");

/** Runs a publisher until some milliseconds after its first result, and kills it there. */
async function killedPublisher(dir: string, round: number, afterMs: number): Promise<void> {
  const args = ["--import", "tsx", "test/jobs/data/publisher.ts", dir, String(round)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  await new Promise((resolve, reject) => {
    child.stdout.once("data", resolve);
    child.once("exit", (code) => reject(new Error(`the publisher ended with ${code}`)));
  });
  await delay(afterMs);
  child.kill("SIGKILL");
  expect(await ended).toBe("SIGKILL");
}

/** @returns what it printed; undefined when it was killed */
async function runDyingPublisher(dir: string, dieBefore: number): Promise<string | undefined> {
  const args = ["--import", "tsx", "test/jobs/data/dying-publisher.ts", dir, String(dieBefore)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (bytes) => {
    printed += bytes;
  });
  const end = await new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? code)));
  expect(end).toBe(dieBefore === 0 ? 0 : "SIGKILL");
  return dieBefore === 0 ? printed : undefined;
}

describe("after a kill -9", () => {
  test("before any step of a swap, the old result or the new one is there, whole", async () => {
    const steps = Number(await runDyingPublisher(temporaryFolder(), 0));
    expect(steps).toBeGreaterThan(12);
    const seen = await pLimit(3).map(
      Array.from({ length: steps }, (_, index) => index + 1),
      (step) =>
        withFolder(async (dir) => {
          await runDyingPublisher(dir, step);
          const data = await openedDirectory(dir);
          const found = await data.find(HASH, { verify: true });
          expect(found, `step ${step}`).toHaveProperty("manifest");
          expect(readdirSync(join(dir, ".staging")), `step ${step}`).toEqual([]);
          return readFileSync(join(dir, "seeds", HASH, "raw/a"), "utf8");
        }),
    );
    expect(seen.join(" ")).toMatch(/^(old )+new( new)*$/);
  }, 120_000);

  test("at any moment of publishing, what can be seen is whole and what was there is not lost", async () => {
    const dir = temporaryFolder();
    const random = randomNumbers(SEED);
    for (let round = 0; round < ROUNDS; round += 1) {
      await killedPublisher(dir, round, random() * 80);
      const data = await openedDirectory(dir);
      const results = await data.list();
      for (const { hash } of results) {
        expect(await data.find(hash, { verify: true }), `round ${round}`).toHaveProperty("manifest");
      }
      // It was published before anything else and is never pruned.
      expect(results.map(({ hash }) => hash)).toContain(sha256("key-0"));
      expect(readdirSync(join(dir, ".staging")), `round ${round}`).toEqual([]);
    }
  }, 120_000);

  test("between the two renames of a swap, the old result comes back", async () => {
    const dir = temporaryFolder();
    const data = await openedDirectory(dir);
    const before = await publishFiles(data, "k", { a: "x" });
    renameSync(before.dir, join(dir, `.staging/old-${HASH}-1`));
    expect(await data.find(HASH)).toBeUndefined();
    await data.open();
    expect(await data.find(HASH, { verify: true })).toEqual(before);
    expect(readdirSync(join(dir, ".staging"))).toEqual([]);
  });

  test("behind both renames, the new result stays", async () => {
    const dir = temporaryFolder();
    const data = await openedDirectory(dir);
    const old = await publishFiles(data, "k", { a: "old" });
    renameSync(old.dir, join(dir, `.staging/old-${HASH}-1`));
    const after = await publishFiles(data, "k", { a: "new" });
    await data.open();
    expect(await data.find(HASH, { verify: true })).toEqual(after);
    expect(readdirSync(join(dir, ".staging"))).toEqual([]);
  });

  test("while an old result is taken apart, what is left of it never comes back", async () => {
    const dir = temporaryFolder();
    const data = await openedDirectory(dir);
    mkdirSync(join(dir, `.staging/gone-${HASH}-1/raw`), { recursive: true });
    await data.open();
    expect(await data.find(HASH)).toBeUndefined();
    expect(readdirSync(join(dir, ".staging"))).toEqual([]);
  });
});

describe("whose a staging folder is", () => {
  const leave = (dir: string, owner: Partial<Owner>) => {
    mkdirSync(join(dir, ".staging/job-x"), { recursive: true });
    writeFileSync(join(dir, ".staging/job-x/file"), "x");
    symlinkSync(JSON.stringify(owner), join(dir, ".staging/job-x.owner"));
  };

  test("one of a process that lives is left alone by every other", async () => {
    const dir = temporaryFolder();
    const staging = await (await openedDirectory(dir)).stage("job-1");
    await openedDirectory(dir);
    expect(existsSync(staging.dir)).toBe(true);
    await staging.discard();
    expect(readdirSync(join(dir, ".staging"))).toEqual([]);
  });

  test.each<[string, Partial<Owner>]>([
    ["ended", { pid: 2 ** 22 + 1 }],
    ["has the number of another one now", { startedAt: "1" }],
    ["ran before the machine was started", { boot: "another" }],
    ["wrote nothing of use", { pid: -1 }],
  ])("one of a process that %s goes", async (_, change) => {
    const dir = temporaryFolder();
    leave(dir, { ...(await identifyOwner()), ...change });
    await openedDirectory(dir);
    expect(readdirSync(join(dir, ".staging"))).toEqual([]);
  });

  test("one without an owner goes", async () => {
    const dir = temporaryFolder();
    mkdirSync(join(dir, ".staging/job-x/sub"), { recursive: true });
    await openedDirectory(dir);
    expect(readdirSync(join(dir, ".staging"))).toEqual([]);
  });

  test.each<[string, Partial<Owner>]>([
    ["another container", { namespace: "pid:[1]", pid: 2 ** 22 + 1 }],
    ["another machine", { host: "other", boot: "other", pid: 2 ** 22 + 1 }],
  ])("one of %s stays for a day", async (_, change) => {
    const dir = temporaryFolder();
    leave(dir, { ...(await identifyOwner()), ...change });
    await openedDirectory(dir, () => Date.now() + 23 * 3600_000);
    expect(existsSync(join(dir, ".staging/job-x"))).toBe(true);
    await openedDirectory(dir, () => Date.now() + 25 * 3600_000);
    expect(readdirSync(join(dir, ".staging"))).toEqual([]);
  });
});

/** Numbers from 0 to 1, the same for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
