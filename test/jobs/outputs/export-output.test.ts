import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WarmError } from "../../../src/errors.js";
import { sha256 } from "../../../src/model/canonical.js";
import { readTree, temporaryFolder, withFolder } from "../data/folders.js";
import { END, packTree, paxEntry, paxRecord, rawArchive, rawEntries, type Tree } from "./archives.js";
import { exportTo } from "./export.js";

describe("an output that is a folder or a file", () => {
  test("the content of a folder lands in the output's folder, with sizes and hashes", async () => {
    const dir = temporaryFolder();
    const archive = await packTree("world", { "b.db": "bee", "sub": null, "sub/a.txt": "", "empty": null });
    expect(await exportTo(dir, archive)).toEqual([
      { path: "raw/b.db", size: 3, sha256: sha256("bee"), mtimeMs: 1_600_000_000_000 },
      { path: "raw/sub/a.txt", size: 0, sha256: sha256(""), mtimeMs: 1_600_000_000_000 },
    ]);
    expect(await readTree(dir)).toEqual({
      "raw": null,
      "raw/b.db": "bee",
      "raw/empty": null,
      "raw/sub": null,
      "raw/sub/a.txt": "",
    });
  });

  test("a file lands in the output's folder under its own name", async () => {
    const dir = temporaryFolder();
    await exportTo(dir, rawArchive({ name: "world.db", type: "0", content: "x" }));
    expect(await readTree(dir)).toEqual({ "raw": null, "raw/world.db": "x" });
  });

  test("a path that ends in `/.` gives the same as the folder", async () => {
    const dir = temporaryFolder();
    await exportTo(dir, rawArchive({ name: "./", type: "5" }, { name: "./a", type: "0", content: "x" }));
    expect(await readTree(dir)).toEqual({ "raw": null, "raw/a": "x" });
  });

  test("an empty folder is an output", async () => {
    const dir = temporaryFolder();
    expect(await exportTo(dir, await packTree("world", {}))).toEqual([]);
    expect(await readTree(dir)).toEqual({ raw: null });
  });

  test("modes are ours, and times are the engine's", async () => {
    const dir = temporaryFolder();
    await exportTo(dir, await packTree("world", { "a": "x", "sub": null }));
    const [file, folder] = [await lstat(join(dir, "raw/a")), await lstat(join(dir, "raw/sub"))];
    expect((file.mode & 0o7777).toString(8)).toBe((0o644 & ~process.umask()).toString(8));
    expect((folder.mode & 0o7777).toString(8)).toBe((0o755 & ~process.umask()).toString(8));
    expect(file.mtimeMs).toBe(1_600_000_000_000);
  });

  test("folders that the archive does not list are made", async () => {
    const dir = temporaryFolder();
    await exportTo(dir, rawArchive({ name: "world/a/b/c", type: "0", content: "x" }));
    expect(await readTree(dir)).toMatchObject({ "raw/a/b/c": "x" });
  });

  test("a size in an extended header counts", async () => {
    const dir = temporaryFolder();
    const file = { name: "world/a", type: "0", content: "hello", size: 0 };
    await exportTo(dir, rawArchive(paxEntry(paxRecord("size", "5"), paxRecord("path", "world/ü")), file));
    expect(await readTree(dir)).toMatchObject({ "raw/ü": Buffer.from("hello").toString("latin1") });
  });

  test("names that differ in case or in normalisation are files of their own", async () => {
    const dir = temporaryFolder();
    const names = ["A", "a", "\u00fc", "u\u0308"];
    await exportTo(dir, await packTree("world", Object.fromEntries(names.map((name) => [name, name]))));
    expect(Object.keys(await readTree(join(dir, "raw"))).sort()).toEqual([...names].sort());
  });

  test("any tree comes out as it went in, however the archive is cut into pieces", async () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
      .filter((text) => !/[/\0\uFFFD]|\p{Surrogate}/u.test(text) && ![".", ".."].includes(text))
      .filter((text) => Buffer.byteLength(text) <= 255);
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
    const content = fc.option(fc.uint8Array({ maxLength: 1500 }), { nil: null });
    const tree = fc
      .uniqueArray(fc.tuple(path, content), { selector: ([each]) => each, maxLength: 8 })
      .map(onlyTrees);
    await fc.assert(
      fc.asyncProperty(tree, fc.integer({ min: 1, max: 3000 }), async (files, piece) => {
        await withFolder(async (dir) => {
          const exported = await exportTo(dir, await packTree("world", files), { piece });
          const expected = Object.entries(files).filter(([, bytes]) => bytes !== null);
          expect(exported.map((file) => file.path.slice(4)).sort()).toEqual(
            expected.map(([each]) => each).sort(),
          );
          const found = await readTree(join(dir, "raw"));
          for (const [each, bytes] of Object.entries(files)) {
            expect(found[each]).toEqual(bytes === null ? null : Buffer.from(bytes).toString("latin1"));
          }
        });
      }),
      { numRuns: 150 },
    );
  });
});

describe("what is refused", () => {
  const file = { name: "world/a", type: "0", content: "x" };
  const deep = `world/${"d/".repeat(65)}x`;
  test.each([
    [
      "a symbolic link",
      [{ name: "world/l", type: "2", linkname: "/etc/passwd" }],
      '"world/l" is a symbolic link',
    ],
    [
      "a root that is a symbolic link",
      [{ name: "world", type: "2", linkname: "x" }],
      '"world" is a symbolic link',
    ],
    ["a hard link", [{ name: "world/l", type: "1", linkname: "world/a" }], '"world/l" is a hard link'],
    ["a character device", [{ name: "world/d", type: "3" }], '"world/d" is a device'],
    ["a block device", [{ name: "world/d", type: "4" }], '"world/d" is a device'],
    ["a named pipe", [{ name: "world/p", type: "6" }], '"world/p" is a named pipe'],
    ["a GNU sparse file", [{ name: "world/s", type: "S" }], "is neither a file nor a folder"],
    ["a kind that nobody knows", [{ name: "world/s", type: "Z" }], "is neither a file nor a folder"],
    ["a PAX sparse file", [paxEntry(paxRecord("GNU.sparse.major", "1")), file], "is a sparse file"],
    ["a name with `..`", [{ name: "world/../../x", type: "0" }], '"world/../../x" has a name with `..`'],
    ["a root of `..`", [{ name: "../x", type: "0" }], "has a name with `..`"],
    ["a folder that is called `..`", [{ name: "world/..", type: "5" }], "has a name with `..`"],
    ["an absolute name", [{ name: "/etc/x", type: "0" }], '"/etc/x" has an absolute name'],
    ["a name with `.`", [{ name: "world/./x", type: "0" }], "has a name with `.`"],
    ["a file that is called `.`", [{ name: ".", type: "0" }], "has a name with `.`"],
    ["an empty part", [{ name: "world//x", type: "0" }], "has a name with an empty part"],
    ["no name", [{ name: "", type: "0" }], "has a name with an empty part"],
    ["a file that ends in `/`", [{ name: "world/x/", type: "0" }], "has a name with an empty part"],
    ["a NUL", [paxEntry(paxRecord("path", "world/a\0b")), file], '"world/a\\u0000b" has a NUL in its name'],
    ["latin1 bytes", [{ name: Buffer.from("world/\xff", "latin1"), type: "0" }], "is not UTF-8"],
    [
      "latin1 bytes in a long name",
      [paxEntry(paxRecord("path", Buffer.from("world/\xff", "latin1"))), file],
      "is not UTF-8",
    ],
    [
      "a name of 256 bytes",
      [paxEntry(paxRecord("path", `world/${"ü".repeat(128)}`)), file],
      "over 255 bytes",
    ],
    ["a deep file", [paxEntry(paxRecord("path", deep)), file], "is more than 64 folders deep"],
    ["two files of one name", [file, file], '"world/a" cannot stand beside another entry'],
    ["a file in a file", [file, { name: "world/a/b", type: "0" }], '"world/a/b" cannot stand beside'],
    ["a folder over a file", [file, { name: "world/a", type: "5" }], '"world/a" cannot stand beside'],
    ["a file over a folder", [{ name: "world/a/b", type: "0" }, file], '"world/a" cannot stand beside'],
    ["a second root", [file, { name: "other/b", type: "0" }], "is not below the path that was asked for"],
    ["a negative size", [paxEntry(paxRecord("size", "-1")), file], "is broken"],
    ["a size with a tail", [paxEntry(paxRecord("size", "1e3")), file], "has no readable size"],
  ])("%s", async (_, entries, message) => {
    const dir = temporaryFolder();
    const error = await exportTo(dir, rawArchive(...entries)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(WarmError);
    expect(error).toMatchObject({ code: "rejected", message: expect.stringContaining(message) });
    expect(Object.keys(await readTree(dir)).every((path) => /^raw(\/|$)/.test(path))).toBe(true);
  });

  test("a path that no file system takes", async () => {
    const path = `world/${Array.from({ length: 30 }, () => "n".repeat(200)).join("/")}`;
    const archive = rawArchive(paxEntry(paxRecord("path", path)), { name: "world/a", type: "0" });
    await expect(exportTo(temporaryFolder(), archive)).rejects.toMatchObject({
      code: "rejected",
      message: expect.stringContaining("its path is too long"),
    });
  });

  test("the 100 001st entry", async () => {
    const one = rawEntries({ name: "world/", type: "5" });
    async function* many() {
      for (let sent = 0; sent < 100_001; sent += 1000)
        yield Buffer.concat(Array.from({ length: 1000 }, () => one));
    }
    await expect(exportTo(temporaryFolder(), many())).rejects.toThrow("is one of more than 100000 entries");
  });

  test("a file that the job has no bytes left for, before any of it is written", async () => {
    const dir = temporaryFolder();
    const budget = { maxBytes: 10, takenBytes: 0 };
    await exportTo(dir, rawArchive({ name: "first", type: "0", content: "1234567" }), { budget });
    const large = rawEntries({ name: "second", type: "0", content: "1234" });
    await expect(exportTo(dir, large.subarray(0, 512), { budget })).rejects.toThrow(
      '"second" has 4 bytes, and 3 of the job\'s 10 are left',
    );
    expect(await readTree(dir)).toEqual({ "raw": null, "raw/first": "1234567" });
  });

  test("a file of 3 GiB by its extended header, at its header", async () => {
    const header = rawEntries(paxEntry(paxRecord("size", String(3 * 2 ** 30))), {
      name: "world/a",
      type: "0",
      size: 0,
    });
    const budget = { maxBytes: 2 ** 30, takenBytes: 0 };
    await expect(exportTo(temporaryFolder(), header, { budget })).rejects.toThrow("has 3221225472 bytes");
  });

  test("a refusal ends the stream that the archive comes from", async () => {
    const link = rawEntries({ name: "world/l", type: "2", linkname: "x" });
    const source = new Readable({ read() {} });
    source.push(link);
    await expect(exportTo(temporaryFolder(), source)).rejects.toThrow("is a symbolic link");
    await expect.poll(() => source.destroyed).toBe(true);
  });
});

/** Where the cut leaves something that is no header it is taken for a broken archive. */
const NOT_WHOLE = expect.stringMatching(/^(engine-failed|rejected)$/);

describe("an archive that is not whole", () => {
  test("cut at any byte it is an error, never a result", async () => {
    // Files of nothing but zeros look like the end of an archive.
    const whole = Buffer.concat([
      rawEntries(
        { name: "world/", type: "5" },
        paxEntry(paxRecord("path", "world/long")),
        { name: "world/x", type: "0", content: "text" },
        { name: "world/zeros", type: "0", content: Buffer.alloc(1024) },
      ),
      END,
    ]);
    await withFolder(async (dir) => {
      expect(await exportTo(join(dir, "whole"), whole)).toHaveLength(2);
      for (let length = 0; length < whole.length; length += 1) {
        const cut = exportTo(join(dir, String(length)), whole.subarray(0, length), { piece: 700 });
        await expect(cut, `${length} bytes`).rejects.toMatchObject({ code: NOT_WHOLE });
      }
    });
  });

  test("cut behind an extended header that belongs to nothing it is an error", async () => {
    const cut = rawEntries({ name: "world/a", type: "0", content: "x" }, paxEntry(Buffer.alloc(1024)));
    await expect(exportTo(temporaryFolder(), cut)).rejects.toThrow("its archive ends in the middle");
  });

  test("any archive cut anywhere is an error", async () => {
    const files = fc.dictionary(fc.stringMatching(/^[a-z]{1,9}$/), fc.uint8Array({ maxLength: 2000 }), {
      maxKeys: 4,
    });
    await fc.assert(
      fc.asyncProperty(files, fc.double({ min: 0, max: 1, noNaN: true }), async (tree, where) => {
        const archive = await packTree("world", tree);
        const cut = archive.subarray(0, Math.floor(where * (archive.length - 1)));
        await withFolder((dir) => expect(exportTo(dir, cut)).rejects.toMatchObject({ code: NOT_WHOLE }));
      }),
      { numRuns: 200 },
    );
  });

  test("bytes that are no archive are an error", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 4000 }), async (bytes) => {
        await withFolder((dir) =>
          expect(exportTo(dir, Buffer.from(bytes))).rejects.toBeInstanceOf(WarmError),
        );
      }),
      { numRuns: 100 },
    );
  });

  test("what the stream throws comes through as it is", async () => {
    const away = new WarmError("host-unreachable", "the daemon went away");
    async function* breaking() {
      yield rawEntries({ name: "world/a", type: "0", content: "x".repeat(600) }).subarray(0, 700);
      throw away;
    }
    await expect(exportTo(temporaryFolder(), breaking())).rejects.toBe(away);
  });
});

/** Leaves out what would be a file and a folder at once. */
function onlyTrees(entries: readonly [path: string, content: Uint8Array | null][]): Tree {
  const files = entries.filter(([, content]) => content !== null).map(([path]) => path);
  const isInFile = (path: string) => files.some((file) => path !== file && path.startsWith(`${file}/`));
  return Object.fromEntries(entries.filter(([path]) => !isInFile(path)));
}
