import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import {
  forgetBad,
  type GoodRevision,
  readRevisions,
  rememberBad,
  rememberGood,
} from "../../src/apply/revisions/revision-memory.js";

const root = mkdtempSync(join(tmpdir(), "warm-revisions-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let nth = 0;
let stateDir: string;
beforeEach(() => {
  stateDir = join(root, `${++nth}`, ".warm");
});

const hash = (letter: string) => letter.repeat(64);
const at = "2026-01-02T03:04:05.000Z";
const good = (letter: string): GoodRevision => ({
  ...{ sha256: hash(letter), text: `# ${letter} "\n\u0000`, path: "warm.yaml", directory: "/srv/shop", at },
});
const bad = (letter: string) => ({ sha256: hash(letter), code: "unhealthy", message: "it\nis sick", at });
const fileOf = (name: string) => join(stateDir, "revisions", name);

it("nothing is remembered where nothing was", async () => {
  expect(await readRevisions(stateDir)).toEqual({ good: undefined, bad: [] });
});

it("the last good revision comes back with its whole text, and its owner alone may read it", async () => {
  await rememberGood(stateDir, good("a"));
  await rememberGood(stateDir, { ...good("b"), commit: "c0ffee", dataBase: "/srv" });
  expect((await readRevisions(stateDir)).good).toEqual({ ...good("b"), commit: "c0ffee", dataBase: "/srv" });
  expect(statSync(fileOf("good.json")).mode & 0o777).toBe(0o600);
  expect(statSync(stateDir).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(stateDir, ".gitignore"), "utf8")).toBe("*\n");
  expect(readdirSync(join(stateDir, "revisions")).filter((name) => name.endsWith(".new"))).toEqual([]);
});

it("a bad revision is remembered once, the newest first, and forgotten when it turns out good", async () => {
  await rememberBad(stateDir, bad("a"));
  await rememberBad(stateDir, bad("b"));
  await rememberBad(stateDir, { ...bad("a"), message: "again" });
  expect((await readRevisions(stateDir)).bad).toEqual([{ ...bad("a"), message: "again" }, bad("b")]);
  await rememberGood(stateDir, good("a"));
  expect((await readRevisions(stateDir)).bad).toEqual([bad("b")]);
  await forgetBad(stateDir);
  await forgetBad(stateDir);
  expect((await readRevisions(stateDir)).bad).toEqual([]);
});

it("however many are bad, only so many are remembered", async () => {
  for (let index = 0; index < 60; index += 1)
    await rememberBad(stateDir, { ...bad("a"), sha256: index.toString(16).padStart(64, "0") });
  const { bad: known } = await readRevisions(stateDir);
  expect(known).toHaveLength(50);
  expect(known[0]?.sha256).toMatch(/3b$/);
});

it.each([
  ["garbage", "{"],
  ["nothing", ""],
  ["null", "null"],
  ["another version", JSON.stringify({ format: "warm.revisions/9", value: good("a") })],
  ["members that are missing", JSON.stringify({ format: "warm.revisions/1", value: { sha256: hash("a") } })],
  [
    "a hash that is none",
    JSON.stringify({ format: "warm.revisions/1", value: { ...good("a"), sha256: "../x" } }),
  ],
])("%s in its files is no memory, and does not keep the next one from being written", async (_what, text) => {
  await rememberGood(stateDir, good("a"));
  for (const name of ["good.json", "bad.json"]) writeFileSync(fileOf(name), text);
  expect(await readRevisions(stateDir)).toEqual({ good: undefined, bad: [] });
  await rememberBad(stateDir, bad("b"));
  await rememberGood(stateDir, good("c"));
  expect(await readRevisions(stateDir)).toEqual({ good: good("c"), bad: [bad("b")] });
});

it("a directory where nothing can be written is an error that names it", async () => {
  mkdirSync(join(root, `${nth}`));
  writeFileSync(stateDir, "a file");
  chmodSync(stateDir, 0o400);
  await expect(rememberGood(stateDir, good("a"))).rejects.toMatchObject({
    code: "rejected",
    message: expect.stringContaining(stateDir),
  });
});
