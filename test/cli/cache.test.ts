import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chooseResults } from "../../src/cli/cache/choose-results.js";
import type { CachedResult, DataDirectory } from "../../src/jobs/data/data-directory.js";
import { openDataDirectory } from "../../src/jobs/data/open-data-directory.js";
import { startWarm } from "../rig/run-warm.js";

const DAY_MS = 24 * 60 * 60_000;

/** The built command line beside real results; no watcher runs. */
let directory: string;
let data: DataDirectory;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "warm-cache-"));
  writeFileSync(join(directory, "warm.yaml"), "version: 1\nproject: p\ndataDir: ./results\n");
  let count = 0;
  const random = () => {
    count += 1;
    return `r${count}`;
  };
  data = openDataDirectory({ dir: join(directory, "results"), now: () => Date.now(), random });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const warm = async (...args: string[]) =>
  startWarm(["cache", ...args], directory, { env: { HOME: directory }, timeoutMs: 20_000 }).result;

const hashOf = (digit: string) => digit.repeat(64);
const dirOf = (digit: string) => join(directory, "results", "seeds", hashOf(digit));

/** A result of so many bytes, last used so long ago. */
async function publish(digit: string, { bytes = 1_000_000, ageMs = 0 } = {}): Promise<void> {
  await data.open();
  const staging = await data.stage(`job-${digit}`);
  mkdirSync(join(staging.dir, "raw"));
  writeFileSync(join(staging.dir, "raw", "world.db"), Buffer.alloc(bytes, digit));
  const inputs = {
    ...{ pool: "valheim", key: `seed-${digit}`, params: { seed: `seed-${digit}` }, job: "h1:x" },
    image: { reference: "a:1", id: "sha256:0" },
  };
  const createdAt = new Date().toISOString();
  await data.publish(
    staging,
    {
      hash: hashOf(digit),
      inputs,
      job: `job-${digit}`,
      engines: ["engine.valheim/1"],
      createdAt,
      timings: {},
    },
    [],
  );
  const usedAt = (Date.now() - ageMs) / 1000;
  utimesSync(join(dirOf(digit), "manifest.json"), usedAt, usedAt);
}

describe("warm cache", () => {
  it("says when there is nothing, also where no job ever ran", async () => {
    const { code, stdout } = await warm("ls");
    expect([code, stdout]).toEqual([0, "No results.\n"]);
    expect((await warm("verify")).code).toBe(0);
    expect((await warm("prune", "--max-size", "1GiB")).stdout).toBe("Nothing to remove.\n");
  });

  it("ls shows what there is, last used first", async () => {
    await publish("a", { ageMs: 3 * DAY_MS });
    await publish("b");
    const { code, stdout } = await warm("ls");
    expect(code).toBe(0);
    const rows = stdout.split("\n").map((line) => line.split(/\s{2,}/).slice(0, 5));
    expect(rows.slice(1, 3)).toEqual([
      ["bbbbbbbbbbbb", "valheim", "seed-b", "1.0 MB", "1"],
      ["aaaaaaaaaaaa", "valheim", "seed-a", "1.0 MB", "1"],
    ]);
    const json = JSON.parse((await warm("ls", "--json")).stdout);
    expect(json).toMatchObject({ format: "warm.cache/1", bytes: 2_000_000, results: [{}, {}] });
  });

  it("verify finds a changed byte, names the result and exits 1", async () => {
    await publish("a");
    await publish("b");
    expect((await warm("verify")).stdout).toBe("2 results, every file as its manifest says.\n");
    writeFileSync(join(dirOf("b"), "raw", "world.db"), Buffer.alloc(1_000_000, "c"));
    const { code, stdout } = await warm("verify");
    expect([code, stdout.startsWith(`${dirOf("b")}: broken: `)]).toEqual([1, true]);
    expect(stdout).toContain("1 of 2 results broken, 1 whole.");
    expect((await warm("verify", "--json")).code).toBe(1);
  });

  it("prune removes the least recently used until no more than the size is left", async () => {
    for (const [digit, days] of [
      ["a", 1],
      ["b", 5],
      ["c", 3],
    ] as const)
      await publish(digit, { ageMs: days * DAY_MS });
    const dry = await warm("prune", "--max-size", "1500kB", "--dry-run");
    expect(dry.stdout).toContain("Would remove 2 results, 2.0 MB.");
    expect(["a", "b", "c"].map((digit) => existsSync(dirOf(digit)))).toEqual([true, true, true]);
    const { code, stdout } = await warm("prune", "--max-size", "1500kB");
    expect([code, stdout]).toEqual([
      0,
      "bbbbbbbbbbbb  1.0 MB  valheim  seed-b\ncccccccccccc  1.0 MB  valheim  seed-c\n\nRemoved 2 results, 2.0 MB.\n",
    ]);
    expect(["a", "b", "c"].map((digit) => existsSync(dirOf(digit)))).toEqual([true, false, false]);
  });

  it("prune removes those that were not used for so long, and one by the beginning of its hash", async () => {
    await publish("a", { ageMs: 31 * DAY_MS });
    await publish("b", { ageMs: 29 * DAY_MS });
    await publish("c", { bytes: 0 });
    expect((await warm("prune", "--older-than", "30d")).stdout).toContain("Removed 1 result");
    expect((await warm("prune", "--hash", "cccc")).stdout).toContain("Removed 1 result, 0 B.");
    expect(["a", "b", "c"].map((digit) => existsSync(dirOf(digit)))).toEqual([false, true, false]);
    const { code, stderr } = await warm("prune", "--hash", "../../etc");
    expect([code, stderr]).toEqual([1, expect.stringContaining("there is no result ../../etc")]);
  });

  it("prune leaves what a watcher that runs is making", async () => {
    await publish("a");
    const staging = await data.stage("job-b");
    writeFileSync(join(staging.dir, "half"), "x");
    await warm("prune", "--max-size", "0B");
    expect([existsSync(dirOf("a")), existsSync(join(staging.dir, "half"))]).toEqual([false, true]);
  });

  it("prune wants to know what is to go", async () => {
    expect((await warm("prune")).code).toBe(64);
    expect((await warm("prune", "--max-size", "1GiB", "--older-than", "1d")).code).toBe(64);
    expect((await warm("prune", "--max-size", "much")).stderr).toContain("use a size such as");
    expect((await warm("prune", "--older-than", "long")).stderr).toContain("use a duration such as");
  });
});

describe("what is to go", () => {
  const result = (digit: string, bytes: number, usedAtMs: number): CachedResult => ({
    ...{ hash: hashOf(digit), dir: "/x", bytes, files: 1, inputs: undefined, usedAtMs, broken: undefined },
  });
  const results = [result("a", 5, 1), result("b", 0, 2), result("c", 7, 3)];
  const chosen = (...args: Parameters<typeof chooseResults>) =>
    chooseResults(...args).map(({ hash }) => hash[0]);

  it.each([
    [12, []],
    [11, ["a"]],
    [7, ["a"]],
    [6, ["a", "b", "c"]],
    [0, ["a", "b", "c"]],
  ])("to a size of %s is %j", (maxBytes, expected) => {
    expect(chosen(results, { type: "size", maxBytes }, 10)).toEqual(expected);
  });

  it("is never a guess", () => {
    const twins = [...results, { ...result("a", 1, 4), hash: `${"a".repeat(63)}b` }];
    expect(() => chosen(twins, { type: "hash", hash: "aaa" }, 10)).toThrow(
      expect.objectContaining({ code: "usage" }),
    );
    expect(() => chosen([], { type: "hash", hash: "" }, 10)).toThrow(
      expect.objectContaining({ code: "not-found" }),
    );
    expect(chosen(results, { type: "age", olderThanMs: 7 }, 10)).toEqual(["a", "b"]);
  });
});
