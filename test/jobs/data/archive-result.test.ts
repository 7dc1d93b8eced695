import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import * as fc from "fast-check";
import { extract } from "tar-stream";
import { describe, expect, it } from "vitest";
import { openResultArchive } from "../../../src/jobs/data/archive-result.js";
import { sha256 } from "../../../src/model/canonical.js";
import { readTree, temporaryFolder, withFolder } from "./folders.js";
import { type Content, openedDirectory, publishFiles } from "./results.js";

const MIB = 1024 * 1024;
const LONG = `${"a very long folder name/".repeat(8)}${"x".repeat(200)}.txt`;

const publish = async (dir: string, files: Content) =>
  (await publishFiles(await openedDirectory(dir), "k", files)).dir;

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

interface Unpacked {
  readonly name: string;
  readonly mtime: number;
  readonly content: Buffer;
}

async function unpack(archive: Buffer): Promise<Unpacked[]> {
  const entries: Unpacked[] = [];
  const unpacker = extract();
  unpacker.end(archive);
  for await (const entry of unpacker) {
    const { name, mtime } = entry.header;
    entries.push({ name, mtime: mtime.getTime() / 1000, content: await readAll(Readable.from(entry)) });
  }
  return entries;
}

/** Files below a folder that this process holds open. */
const openBelow = (dir: string): string[] =>
  readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(dir) ? [path] : [];
    } catch {
      return [];
    }
  });

/** Reads until the archive says that it is none. */
async function readBroken(stream: Readable): Promise<{ readonly got: Buffer; readonly error: unknown }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } catch (error) {
    return { got: Buffer.concat(chunks), error };
  }
  throw new Error("the archive was told to be whole");
}

describe("the archive of a result", () => {
  it("has the manifest first, then every file in the manifest's order", async () => {
    const dir = await publish(temporaryFolder(), {
      "raw/world.db": Buffer.alloc(3 * MIB, 7),
      "raw/empty": "",
      "a.json": "{}",
      "exact": Buffer.alloc(512, 1),
    });
    utimesSync(join(dir, "a.json"), 1_700_000_000, 1_700_000_000);
    const { bytes, stream } = await openResultArchive(dir);
    const archive = await readAll(stream);
    expect(archive.length).toBe(bytes);
    const entries = await unpack(archive);
    expect(entries.map(({ name }) => name)).toEqual([
      "manifest.json",
      "a.json",
      "exact",
      "raw/empty",
      "raw/world.db",
    ]);
    for (const { name, content } of entries) expect(content.equals(readFileSync(join(dir, name)))).toBe(true);
    expect(entries[1]?.mtime).toBe(1_700_000_000);
  });

  it("is unpacked by tar to what was published", async () => {
    const dir = await publish(temporaryFolder(), {
      [LONG]: "long",
      "ünïcödé/世界 🌍.db": "unicode",
      "with\nnew line": "odd",
      "-rf": "dash",
      [`${"p".repeat(100)}`]: "just fits",
      [`${"q".repeat(101)}`]: "just does not",
      "big": Buffer.alloc(MIB + 1, 3),
    });
    const { bytes, stream } = await openResultArchive(dir);
    const archive = await readAll(stream);
    expect(archive.length).toBe(bytes);
    const target = temporaryFolder();
    const { status, stderr } = spawnSync("tar", ["-xf", "-", "-C", target], { input: archive });
    expect(`${stderr}`).toBe("");
    expect(status).toBe(0);
    expect(await readTree(target)).toEqual(await readTree(dir));
    expect(statSync(join(target, "big")).mtimeMs).toBe(
      Math.floor(statSync(join(dir, "big")).mtimeMs / 1000) * 1000,
    );
  });

  it("has as many bytes as it says, whatever the names", async () => {
    const part = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 60 })
      .filter((text) => Buffer.byteLength(text) < 256 && !/[/\0\uFFFD]/.test(text) && !/^\.{1,2}$/.test(text))
      .filter((text) => text !== "manifest.json");
    const path = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("/"));
    await fc.assert(
      fc.asyncProperty(path, fc.nat(2000), (name, size) =>
        withFolder(async (folder) => {
          const dir = await publish(folder, { [name]: Buffer.alloc(size, 1) });
          const { bytes, stream } = await openResultArchive(dir);
          const archive = await readAll(stream);
          expect(archive.length).toBe(bytes);
          expect((await unpack(archive)).map((entry) => [entry.name, entry.content.length])[1]).toEqual([
            name,
            size,
          ]);
        }),
      ),
      { numRuns: 30 },
    );
  });

  it.each([90, 120, 480, 490, 495, 500, 505, 985, 990, 991, 995, 1000, 1010])(
    "has as many bytes as it says for a path of %i",
    async (length) => {
      const parts = Array.from({ length: Math.ceil(length / 100) }, () => "d".repeat(99)).join("/");
      const name = `${parts.slice(0, length - 1)}é`;
      const dir = await publish(temporaryFolder(), { [name]: "x" });
      const { bytes, stream } = await openResultArchive(dir);
      const archive = await readAll(stream);
      expect(archive.length).toBe(bytes);
      expect((await unpack(archive))[1]?.name).toBe(name);
    },
  );

  it("has no more than what the manifest lists", async () => {
    const dir = await publish(temporaryFolder(), { a: "1" });
    writeFileSync(join(dir, "stranger"), "not ours");
    const { stream } = await openResultArchive(dir);
    expect((await unpack(await readAll(stream))).map(({ name }) => name)).toEqual(["manifest.json", "a"]);
  });

  it("takes a time before 1970 and one after 2038 for the nearest that it can hold", async () => {
    const dir = await publish(temporaryFolder(), { early: "1", late: "2" });
    utimesSync(join(dir, "early"), new Date(-5000), new Date(-5000));
    utimesSync(join(dir, "late"), 2 ** 32, 2 ** 32);
    const { stream } = await openResultArchive(dir);
    const entries = await unpack(await readAll(stream));
    expect(entries.slice(1).map(({ mtime }) => mtime)).toEqual([0, 2 ** 31 - 1]);
  });

  it("of a result that is published anew meanwhile is never a mix of both", async () => {
    const folder = temporaryFolder();
    const dir = await publish(folder, { a: Buffer.alloc(4 * MIB, 1), b: "old" });
    const { stream } = await openResultArchive(dir);
    const reading = stream[Symbol.asyncIterator]();
    await reading.next();
    await publish(folder, { a: Buffer.alloc(4 * MIB, 1), b: "new" });
    const { error } = await readBroken(Readable.from({ [Symbol.asyncIterator]: () => reading }));
    expect(error).toMatchObject({
      code: "rejected",
      message: expect.stringContaining('"b" has another content'),
    });
  });
});

describe("an archive is refused before its first byte", () => {
  it("without a folder, a manifest, or a result's name", async () => {
    const folder = temporaryFolder();
    const nothing = join(folder, "seeds", sha256("nothing"));
    await expect(openResultArchive(nothing)).rejects.toMatchObject({
      code: "not-found",
      message: `there is no whole result in ${nothing}: the folder is not there`,
    });
    mkdirSync(nothing, { recursive: true });
    await expect(openResultArchive(nothing)).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining("it has no manifest.json"),
    });
    await expect(openResultArchive(folder)).rejects.toMatchObject({ code: "not-found" });
    await expect(openResultArchive("")).rejects.toMatchObject({ code: "not-found" });
  });

  it("when a file is missing, a link, or of another size already", async () => {
    const dir = await publish(temporaryFolder(), { "a": "1", "b/c": "22" });
    const refused = () => expect(openResultArchive(dir)).rejects;
    truncateSync(join(dir, "a"), 0);
    await refused().toMatchObject({
      code: "not-found",
      message: expect.stringContaining("0 bytes instead of 1"),
    });
    rmSync(join(dir, "a"));
    await refused().toMatchObject({ code: "not-found", message: expect.stringContaining('"a" is missing') });
    symlinkSync("b/c", join(dir, "a"));
    await refused().toMatchObject({ code: "not-found", message: expect.stringContaining('"a" is no file') });
  });

  it("when the manifest is a link, or one of another result", async () => {
    const dir = await publish(temporaryFolder(), { a: "1" });
    const other = join(dirname(dir), sha256("other"));
    renameSync(dir, other);
    await expect(openResultArchive(other)).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining("another result"),
    });
    renameSync(other, dir);
    renameSync(join(dir, "manifest.json"), join(dir, "elsewhere"));
    symlinkSync("elsewhere", join(dir, "manifest.json"));
    await expect(openResultArchive(dir)).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("an archive breaks off", () => {
  /** Has the first file half read, then something happen to the rest. */
  async function breakWhileRead(happens: (dir: string, folder: string) => void): Promise<string> {
    const folder = temporaryFolder();
    const dir = await publish(folder, { "a": Buffer.alloc(8 * MIB, 1), "b/c": "secret" });
    const { bytes = 0, stream } = await openResultArchive(dir);
    const reading = stream[Symbol.asyncIterator]();
    for (let taken = 0; taken < MIB; ) taken += ((await reading.next()).value as Buffer).length;
    happens(dir, folder);
    const { got, error } = await readBroken(Readable.from({ [Symbol.asyncIterator]: () => reading }));
    expect(error).toMatchObject({ name: "WarmError", code: "rejected" });
    expect(got.length).toBeLessThan(bytes - MIB);
    expect(got.includes("a stranger's")).toBe(false);
    expect(openBelow(folder)).toEqual([]);
    return (error as Error).message;
  }

  it.each<[string, string, (dir: string, folder: string) => void]>([
    ["is gone", '"b/c" is missing', (dir) => rmSync(join(dir, "b/c"))],
    ["is longer than it was", "has 7 bytes instead of 6", (dir) => appendFileSync(join(dir, "b/c"), "!")],
    ["has another content", '"b/c" has another content', (dir) => writeFileSync(join(dir, "b/c"), "SECRET")],
    ["is cut while it is read", '"a" has another content', (dir) => truncateSync(join(dir, "a"), 5 * MIB)],
    ["grows while it is read", '"a" has another content', (dir) => appendFileSync(join(dir, "a"), "!")],
    [
      "changes while it is read",
      '"a" has another content',
      (dir) => writeFileSync(join(dir, "a"), Buffer.alloc(8 * MIB, 2)),
    ],
    [
      "has become a link",
      '"b/c" is no file',
      (dir, folder) => {
        writeFileSync(join(folder, "stranger"), "a stranger's");
        rmSync(join(dir, "b/c"));
        symlinkSync(join(folder, "stranger"), join(dir, "b/c"));
      },
    ],
    [
      "lies in a folder that has become a link",
      '"b" is no folder',
      (dir, folder) => {
        mkdirSync(join(folder, "strange"));
        writeFileSync(join(folder, "strange/c"), "a stranger's".slice(0, 6));
        rmSync(join(dir, "b"), { recursive: true });
        symlinkSync(join(folder, "strange"), join(dir, "b"));
      },
    ],
    ["goes with its whole result", "is missing", (dir) => rmSync(dir, { recursive: true })],
  ])("when a file %s", async (_case, says, happens) => {
    expect(await breakWhileRead(happens)).toContain(says);
  });

  it("before a wrong file is whole, so that tar does not take it for one", async () => {
    const dir = await publish(temporaryFolder(), { "z.db": Buffer.alloc(64 * 1024, 1) });
    const { stream } = await openResultArchive(dir);
    writeFileSync(join(dir, "z.db"), Buffer.alloc(64 * 1024, 2));
    const { got } = await readBroken(stream);
    const { status, stderr } = spawnSync("tar", ["-xf", "-", "-C", temporaryFolder()], { input: got });
    expect(`${stderr}`).toContain("Unexpected EOF");
    expect(status).not.toBe(0);
  });
});

describe("the reader of an archive", () => {
  it("that is slow has no more read than it takes", async () => {
    const dir = await publish(temporaryFolder(), { a: Buffer.alloc(32 * MIB, 1) });
    const { bytes, stream } = await openResultArchive(dir);
    let taken = 0;
    for await (const chunk of stream) {
      if (taken < MIB) {
        await delay(20);
        expect(stream.readableLength).toBeLessThan(MIB);
        expect(positionOf(join(dir, "a")) - taken).toBeLessThan(MIB);
      }
      taken += (chunk as Buffer).length;
    }
    expect(taken).toBe(bytes);
  });

  it.each([0, 1, 20])("that goes after %i chunks leaves no file open", async (chunks) => {
    const folder = temporaryFolder();
    const dir = await publish(folder, { a: Buffer.alloc(8 * MIB, 1), b: "2" });
    const { stream } = await openResultArchive(dir);
    const reading = stream[Symbol.asyncIterator]();
    for (let count = 0; count < chunks; count += 1) await reading.next();
    if (chunks === 20) expect(openBelow(dir)).toEqual([join(dir, "a")]);
    stream.destroy();
    await finished(stream).catch(() => undefined);
    if (!stream.closed) await new Promise((settle) => stream.once("close", settle));
    expect(openBelow(folder)).toEqual([]);
  });

  it("that goes with an error while the manifest waits for it brings nothing down", async () => {
    const folder = temporaryFolder();
    const dir = await publish(
      folder,
      Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${"x".repeat(200)}${index}`, "x"])),
    );
    const { stream } = await openResultArchive(dir);
    const told = expect(finished(stream)).rejects.toThrow("gone");
    await stream[Symbol.asyncIterator]().next();
    stream.destroy(new Error("gone"));
    await told;
    await delay(20);
    expect(openBelow(folder)).toEqual([]);
  });

  it("may be one of many at once", async () => {
    const dir = await publish(temporaryFolder(), { a: Buffer.alloc(MIB, 1), b: "2" });
    const archives = await Promise.all(
      Array.from({ length: 10 }, async () => readAll((await openResultArchive(dir)).stream)),
    );
    expect(archives.every((archive) => archive.equals(archives[0] as Buffer))).toBe(true);
  });
});

/** How far this process has read a file; 0 while it is not open. */
function positionOf(path: string): number {
  for (const fd of readdirSync("/proc/self/fd")) {
    try {
      if (readlinkSync(`/proc/self/fd/${fd}`) !== path) continue;
      return Number(/^pos:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? 0);
    } catch {
      // Closed meanwhile.
    }
  }
  return 0;
}
