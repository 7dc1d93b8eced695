import { execFileSync } from "node:child_process";
import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sha256 } from "../../../src/model/canonical.js";
import { readTree, temporaryFolder } from "./folders.js";
import { aManifest, type Content, openedDirectory, publishFiles, writeFiles } from "./results.js";

const HASH = sha256("k");
const FILES = { "raw/a.db": "aaa", "extracted/biomes.json": "{}", "empty": "" };

describe("publishing", () => {
  test("a staging folder becomes a result with a manifest of every file", async () => {
    const dir = temporaryFolder();
    const data = await openedDirectory(dir);
    const result = await publishFiles(data, "k", FILES);
    expect(result).toMatchObject({ dir: join(dir, "seeds", HASH), bytes: 5 });
    expect(result.manifest.files).toEqual([
      { path: "empty", size: 0, sha256: sha256("") },
      { path: "extracted/biomes.json", size: 2, sha256: sha256("{}") },
      { path: "raw/a.db", size: 3, sha256: sha256("aaa") },
    ]);
    expect(JSON.parse(readFileSync(join(result.dir, "manifest.json"), "utf8"))).toEqual(result.manifest);
    expect(await data.find(HASH, { verify: true })).toEqual(result);
    expect(readdirSync(join(dir, ".staging"))).toEqual([]);
  });

  test.each([
    [0o000, 0o755, 0o644],
    [0o077, 0o700, 0o600],
  ])(
    "others may read a result and never write to it, whatever the umask (%o)",
    async (mask, folder, file) => {
      const dir = join(temporaryFolder(), "data");
      const before = process.umask(mask);
      const data = await openedDirectory(dir);
      const { dir: result } = await publishFiles(data, "k", {}).finally(() => process.umask(before));
      const modeOf = (path: string) => statSync(path).mode & 0o777;
      for (const path of [dir, join(dir, "seeds"), join(dir, ".staging"), result])
        expect(modeOf(path)).toBe(folder);
      expect(modeOf(join(result, "manifest.json"))).toBe(file);
    },
  );

  test("a result without files is one", async () => {
    const data = await openedDirectory(temporaryFolder());
    await publishFiles(data, "k", {});
    expect(await data.find(HASH, { verify: true })).toMatchObject({ bytes: 0, manifest: { files: [] } });
  });

  test("a result takes the place of another as a whole", async () => {
    const dir = temporaryFolder();
    const data = await openedDirectory(dir);
    await publishFiles(data, "k", FILES);
    await publishFiles(data, "k", { "only": "new" });
    expect(Object.keys(await readTree(join(dir, "seeds", HASH)))).toEqual(["manifest.json", "only"]);
    expect(readdirSync(join(dir, ".staging"))).toEqual([]);
  });

  test.each([
    ["a file", (path: string) => writeFileSync(path, "x")],
    ["a broken result", (path: string) => void execFileSync("mkdir", ["-p", join(path, "raw")])],
    ["a link that leads elsewhere", (path: string) => symlinkSync("/etc", path)],
  ])("%s in its place is no hindrance", async (_, make) => {
    const dir = temporaryFolder();
    const data = await openedDirectory(dir);
    make(join(dir, "seeds", HASH));
    await publishFiles(data, "k", FILES);
    expect(await data.find(HASH, { verify: true })).toMatchObject({ bytes: 5 });
    expect(existsSync("/etc/passwd")).toBe(true);
  });

  test("a known file is not read again, one that was written since is", async () => {
    const data = await openedDirectory(temporaryFolder());
    const staging = await data.stage("job-1");
    await writeFiles(staging.dir, { same: "1", touched: "2", longer: "33" });
    for (const name of ["same", "touched", "longer"]) utimesSync(join(staging.dir, name), 1000, 1000);
    utimesSync(join(staging.dir, "touched"), 1001, 1001);
    const known = ["same", "touched", "longer"].map((path) => ({
      path,
      size: 1,
      sha256: "0".repeat(64),
      mtimeMs: 1_000_000,
    }));
    const { manifest } = await data.publish(staging, aManifest(HASH), known);
    expect(manifest.files.map(({ sha256 }) => sha256)).toEqual([sha256("33"), "0".repeat(64), sha256("2")]);
  });

  test.each([
    [
      "a link",
      (dir: string) => symlinkSync("/etc/passwd", join(dir, "raw/l")),
      '"raw/l" is neither a file nor a folder',
    ],
    [
      "a named pipe",
      (dir: string) => void execFileSync("mkfifo", [join(dir, "p")]),
      '"p" is neither a file nor a folder',
    ],
    [
      "a manifest of its own",
      (dir: string) => writeFileSync(join(dir, "manifest.json"), "{}"),
      "has a `manifest.json` of its own",
    ],
    [
      "a name that is not UTF-8",
      (dir: string) => writeFileSync(Buffer.from(`${dir}/\xff`, "latin1"), ""),
      "is not UTF-8",
    ],
  ])("%s is refused, and what stood there stays", async (_, make, message) => {
    const data = await openedDirectory(temporaryFolder());
    const before = await publishFiles(data, "k", FILES);
    const staging = await data.stage("job-2");
    await writeFiles(staging.dir, FILES);
    make(staging.dir);
    await expect(data.publish(staging, aManifest(HASH), [])).rejects.toMatchObject({
      code: "rejected",
      message: expect.stringContaining(message),
    });
    expect(await data.find(HASH, { verify: true })).toEqual(before);
    await staging.discard();
    expect(existsSync(staging.dir)).toBe(false);
  });

  test.each(["../../etc", "", "A".repeat(64), `${HASH}/..`, HASH.slice(1)])("%j is no hash", async (hash) => {
    const data = await openedDirectory(temporaryFolder());
    await expect(data.find(hash)).rejects.toMatchObject({ code: "usage" });
    await expect(data.publish(await data.stage("job-1"), aManifest(hash), [])).rejects.toMatchObject({
      code: "usage",
    });
  });

  test.each(["../../x", "old-thing", "a/b", "", "\0", "ü".repeat(300)])(
    "a job called %j gets a folder in staging",
    async (id) => {
      const dir = temporaryFolder();
      const data = await openedDirectory(dir);
      const staging = await data.stage(id);
      expect(staging.dir).toMatch(new RegExp(`^${dir}/\\.staging/[A-Za-z0-9_-]+$`));
      await data.open();
      expect(existsSync(staging.dir)).toBe(true);
    },
  );
});

describe("those who share a directory", () => {
  test("a reader sees the old result or the new one, whole", async () => {
    const dir = temporaryFolder();
    const [writer, reader] = [await openedDirectory(dir), await openedDirectory(dir)];
    const versions: readonly Content[] = [
      { a: "x", b: "yy" },
      { a: "xx", c: "y" },
      { b: "z".repeat(50_000) },
    ];
    await publishFiles(writer, "k", versions[0] ?? {});
    let isWriting = true;
    const writing = (async () => {
      for (let round = 0; round < 60; round += 1) await publishFiles(writer, "k", versions[round % 3] ?? {});
    })().finally(() => {
      isWriting = false;
    });
    let seen = 0;
    while (isWriting) {
      const found = await reader.find(HASH, { verify: true });
      if (found === undefined) continue;
      expect(found).not.toHaveProperty("broken");
      seen += 1;
    }
    await writing;
    expect(seen).toBeGreaterThan(20);
  });

  test("writers of one result follow each other, and the last one stands whole", async () => {
    const dir = temporaryFolder();
    const writers = await Promise.all([1, 2, 3].map(() => openedDirectory(dir)));
    await Promise.all(
      writers.flatMap((data, number) =>
        Array.from({ length: 10 }, (_, round) => publishFiles(data, "k", { [`${number}-${round}`]: "x" })),
      ),
    );
    expect(await (await openedDirectory(dir)).find(HASH, { verify: true })).toMatchObject({ bytes: 1 });
    expect(readdirSync(join(dir, ".staging"))).toEqual([]);
  });
});
