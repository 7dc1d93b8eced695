import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sha256 } from "../../../src/model/canonical.js";
import { temporaryFolder } from "./folders.js";
import { openedDirectory, publishFiles } from "./results.js";

/** Four results of 10 bytes, made a second apart. */
async function filledDirectory() {
  const clock = { ms: 1_700_000_000_000 };
  const dir = temporaryFolder();
  const data = await openedDirectory(dir, () => clock.ms);
  for (const key of ["a", "b", "c", "d"]) {
    await publishFiles(data, key, { file: "x".repeat(10) });
    clock.ms += 1000;
  }
  const names = new Map(["a", "b", "c", "d"].map((key) => [sha256(key), key]));
  const order = async () => (await data.list()).map(({ hash }) => names.get(hash));
  const prune = async (maxBytes: number, keep: readonly string[] = []) =>
    (await data.prune(maxBytes, new Set(keep.map(sha256)))).map(({ hash }) => names.get(hash));
  return { clock, dir, data, order, prune };
}

describe("the cache", () => {
  test("lists results, least recently used first", async () => {
    const { data, dir, order } = await filledDirectory();
    expect(await order()).toEqual(["a", "b", "c", "d"]);
    expect((await data.list())[0]).toEqual({
      hash: sha256("a"),
      dir: join(dir, "seeds", sha256("a")),
      bytes: 10,
      files: 1,
      inputs: expect.objectContaining({ pool: "valheim" }),
      usedAtMs: 1_700_000_000_000,
      broken: undefined,
    });
  });

  test("a result that is used moves to the end, and its manifest keeps its time", async () => {
    const { data, dir, order } = await filledDirectory();
    const path = join(dir, "seeds", sha256("a"), "manifest.json");
    const before = statSync(path).mtimeMs;
    await data.touch(sha256("a"));
    expect(await order()).toEqual(["b", "c", "d", "a"]);
    expect(statSync(path).mtimeMs).toBe(before);
  });

  test("looking at results is no use of them", async () => {
    const { data, order } = await filledDirectory();
    for (const key of ["a", "b"]) await data.find(sha256(key), { verify: true });
    expect(await order()).toEqual(["a", "b", "c", "d"]);
  });

  test("touching what is not there does nothing", async () => {
    const { data, order } = await filledDirectory();
    await data.touch(sha256("absent"));
    expect(await order()).toHaveLength(4);
  });

  test("pruning takes the least recently used until the rest fits", async () => {
    const { prune, order, dir } = await filledDirectory();
    expect(await prune(40)).toEqual([]);
    expect(await prune(25)).toEqual(["a", "b"]);
    expect(await order()).toEqual(["c", "d"]);
    expect(readdirSync(join(dir, ".staging"))).toEqual([]);
  });

  test("pruning leaves what is to be kept, even when that is too much", async () => {
    const { prune, order } = await filledDirectory();
    expect(await prune(20, ["a"])).toEqual(["b", "c"]);
    expect(await prune(0, ["a", "d"])).toEqual([]);
    expect(await order()).toEqual(["a", "d"]);
  });

  test("a broken result is listed with what it takes up, and goes like others", async () => {
    const { data, prune, dir } = await filledDirectory();
    const broken = join(dir, "seeds", sha256("b"));
    rmSync(join(broken, "file"));
    mkdirSync(join(broken, "sub"));
    writeFileSync(join(broken, "sub/other"), "12345");
    const manifestBytes = statSync(join(broken, "manifest.json")).size;
    expect((await data.list())[1]).toMatchObject({
      bytes: 5 + manifestBytes,
      broken: 'the file "file" is missing',
      inputs: { pool: "valheim" },
    });
    expect(await prune(20)).toEqual(["a", "b"]);
  });

  test("what is no result is neither listed nor removed", async () => {
    const { order, prune, dir } = await filledDirectory();
    mkdirSync(join(dir, "seeds/mine"));
    writeFileSync(join(dir, "seeds/mine/file"), "x".repeat(1000));
    expect(await order()).toHaveLength(4);
    await prune(0);
    expect(readdirSync(join(dir, "seeds"))).toEqual(["mine"]);
  });
});
