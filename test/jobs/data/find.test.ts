import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseManifest } from "../../../src/jobs/data/parse-manifest.js";
import { verifyResults } from "../../../src/jobs/data/verify-results.js";
import { sha256 } from "../../../src/model/canonical.js";
import { temporaryFolder, withFolder } from "./folders.js";
import { openedDirectory, publishFiles } from "./results.js";

const HASH = sha256("k");
const FILES = { "raw/a.db": "aaa", "extracted/b.json": "{}" };

async function publishedResult(dir: string = temporaryFolder()) {
  const data = await openedDirectory(dir);
  const result = await publishFiles(data, "k", FILES);
  const change = (edit: (manifest: Record<string, unknown>) => void) => {
    const path = join(result.dir, "manifest.json");
    const manifest = JSON.parse(readFileSync(path, "utf8"));
    edit(manifest);
    writeFileSync(path, JSON.stringify(manifest));
  };
  return { data, dir: result.dir, change };
}

describe("a result that is not whole", () => {
  test("is nothing when nothing is there", async () => {
    expect(await (await openedDirectory(temporaryFolder())).find(HASH)).toBeUndefined();
  });

  test.each<[string, (dir: string) => void, string]>([
    ["no manifest", (dir) => rmSync(join(dir, "manifest.json")), "it has no manifest.json"],
    [
      "half a manifest",
      (dir) => truncateSync(join(dir, "manifest.json"), 100),
      "its manifest.json is broken: is no JSON",
    ],
    [
      "a manifest of zeros",
      (dir) => writeFileSync(join(dir, "manifest.json"), Buffer.alloc(500)),
      "is no JSON",
    ],
    [
      "a huge manifest",
      (dir) => truncateSync(join(dir, "manifest.json"), 2 ** 26 + 1),
      "is larger than any of ours",
    ],
    ["a pipe as manifest", (dir) => swapFor(dir, "mkfifo"), "its manifest.json is no file"],
    ["a folder as manifest", (dir) => swapFor(dir, "mkdir"), "its manifest.json is no file"],
    [
      "a link as manifest",
      (dir) => moveAndLink(dir, "manifest.json"),
      "its manifest.json cannot be read: ELOOP",
    ],
    ["a missing file", (dir) => rmSync(join(dir, "raw/a.db")), 'the file "raw/a.db" is missing'],
    [
      "a missing folder",
      (dir) => rmSync(join(dir, "raw"), { recursive: true }),
      'the folder "raw" is missing',
    ],
    [
      "a short file",
      (dir) => truncateSync(join(dir, "raw/a.db"), 2),
      'the file "raw/a.db" has 2 bytes instead of 3',
    ],
    ["a link to such a file", (dir) => moveAndLink(dir, "raw/a.db"), '"raw/a.db" is no file'],
    ["a link to such a folder", (dir) => moveAndLink(dir, "raw"), '"raw" is no folder'],
  ])("%s", async (_, damage, sentence) => {
    const { data, dir } = await publishedResult();
    damage(dir);
    expect(await data.find(HASH)).toEqual({ broken: expect.stringContaining(sentence) });
  });

  test("a link in its place is followed nowhere", async () => {
    const { data, dir } = await publishedResult();
    renameSync(dir, `${dir}-moved`);
    symlinkSync(`${dir}-moved`, dir);
    expect(await data.find(HASH)).toEqual({ broken: "it is no folder" });
  });

  test.each([
    "../../x",
    "/etc/passwd",
    "raw/../../../x",
    "raw//a.db",
    "./raw/a.db",
    "raw/a.db\0",
    "",
    "manifest.json",
  ])("a manifest that lists %j is broken", async (path) => {
    const { data, dir, change } = await publishedResult();
    // A file of that size and hash is there.
    writeFileSync(join(dir, "../../x"), "aaa");
    change((manifest) => {
      manifest.files = [{ path, size: 3, sha256: sha256("aaa") }];
    });
    expect(await data.find(HASH)).toEqual({
      broken: "its manifest.json is broken: lists a file twice, or one outside its result",
    });
  });

  test.each<[string, Record<string, unknown>]>([
    ["another format", { format: "warm.manifest/2" }],
    ["another hash", { hash: sha256("other") }],
    ["no files", { files: undefined }],
    ["files that are no list", { files: {} }],
    ["a size below nothing", { files: [{ path: "raw/a.db", size: -1, sha256: sha256("aaa") }] }],
    ["half a byte", { files: [{ path: "raw/a.db", size: 2.5, sha256: sha256("aaa") }] }],
    ["a short hash", { files: [{ path: "raw/a.db", size: 3, sha256: "abc" }] }],
    [
      "one file twice",
      { files: Array.from({ length: 2 }, () => ({ path: "raw/a.db", size: 3, sha256: sha256("aaa") })) },
    ],
    ["engines that are no texts", { engines: [1] }],
    ["timings that are no numbers", { timings: { totalMs: "7" } }],
    ["no inputs", { inputs: null }],
    [
      "parameters of no kind",
      { inputs: { pool: "p", key: "k", params: { a: {} }, job: "j", image: { reference: "", id: "" } } },
    ],
  ])("a manifest with %s is broken", async (_, change) => {
    const { data, change: edit } = await publishedResult();
    edit((manifest) => Object.assign(manifest, change));
    expect(await data.find(HASH)).toEqual({
      broken: expect.stringContaining("its manifest.json is broken: "),
    });
  });

  test("whatever a manifest holds, reading it ends in a word about it", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseManifest(text, HASH)).toHaveProperty("fault");
      }),
      { numRuns: 500, examples: [["null"], ["[]"], ['{"__proto__":{"format":"warm.manifest/1"}}']] },
    );
  });
});

describe("verifying", () => {
  test("finds any changed byte of any file, and only then reads them", async () => {
    await withFolder(async (folder) => {
      const { data, dir } = await publishedResult(folder);
      const where = fc
        .constantFrom(...Object.keys(FILES))
        .chain((path) =>
          fc.tuple(
            fc.constant(path),
            fc.nat({ max: readFileSync(join(dir, path)).length - 1 }),
            fc.integer({ min: 1, max: 255 }),
          ),
        );
      await fc.assert(
        fc.asyncProperty(where, async ([path, offset, flip]) => {
          const whole = readFileSync(join(dir, path));
          const damaged = Buffer.from(whole);
          damaged[offset] = (damaged[offset] ?? 0) ^ flip;
          writeFileSync(join(dir, path), damaged);
          expect(await data.find(HASH)).toHaveProperty("manifest");
          expect(await data.find(HASH, { verify: true })).toEqual({
            broken: `the file "${path}" has another content than it was published with`,
          });
          writeFileSync(join(dir, path), whole);
          expect(await data.find(HASH, { verify: true })).toHaveProperty("manifest");
        }),
        { numRuns: 60 },
      );
    });
  });

  test("goes through all results and says what is wrong with each", async () => {
    const { data, dir } = await publishedResult();
    const whole = await publishFiles(data, "other", FILES);
    for (const path of Object.keys(FILES)) writeFileSync(join(dir, path), "??");
    mkdirSync(join(dir, "../no-result"));
    const verified = [];
    for await (const result of verifyResults(data)) verified.push(result);
    expect(verified.sort((a, b) => (a.dir === dir ? -1 : b.dir === dir ? 1 : 0))).toEqual([
      {
        hash: HASH,
        dir,
        broken:
          'the file "extracted/b.json" has another content than it was published with; the file "raw/a.db" has 2 bytes instead of 3',
      },
      { hash: sha256("other"), dir: whole.dir, broken: undefined },
    ]);
  });
});

function swapFor(dir: string, program: "mkfifo" | "mkdir"): void {
  rmSync(join(dir, "manifest.json"));
  execFileSync(program, [join(dir, "manifest.json")]);
}

/** Something as it should be, that a link leads to. */
function moveAndLink(dir: string, path: string): void {
  renameSync(join(dir, path), join(dir, "moved"));
  symlinkSync(join(dir, "moved"), join(dir, path));
}
