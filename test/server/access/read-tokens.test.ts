import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WarmError } from "../../../src/errors.js";
import { readTokens } from "../../../src/server/access/read-tokens.js";
import { digestOf } from "../../../src/server/access/tokens.js";

const A = "aaaaaaaaaaaaaaaa";
const B = "bbbbbbbbbbbbbbbbbbbbbbbb";
const C = "c+/=:,;!~#c+/=:,;!~#";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "warm-tokens-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function tokenFile(content: string | Uint8Array, mode = 0o600): string {
  const file = join(directory, "tokens");
  writeFileSync(file, content, { mode });
  chmodSync(file, mode);
  return file;
}

const fromEnv = (text: string | undefined) => readTokens({ file: undefined, env: { WARM_API_TOKENS: text } });
const fromFile = (content: string | Uint8Array) => readTokens({ file: tokenFile(content), env: {} });

async function refusalOf(reading: Promise<unknown>): Promise<WarmError> {
  const error = await reading.then(
    () => undefined,
    (thrown) => thrown,
  );
  if (error instanceof WarmError && error.code === "usage") return error;
  throw error ?? new Error("it was read");
}

describe("tokens", () => {
  test("of a file stand on lines of their own, between comments and blank lines", async () => {
    const lines = [
      "# for the dashboards",
      `read:${A}`,
      "",
      `  ci.main-1=lease:${B}\t`,
      "   # root",
      `admin:${C}`,
    ];
    const tokens = await fromFile(`\uFEFF${lines.join("\r\n")}\r\n`);
    expect(tokens.map(({ scope, digest }) => [scope, digest])).toEqual([
      ["read", digestOf(A)],
      ["lease", digestOf(B)],
      ["admin", digestOf(C)],
    ]);
    expect(tokens.map(({ name }) => name)).toEqual([
      expect.stringMatching(/tokens:2$/),
      "ci.main-1",
      expect.stringMatching(/tokens:6$/),
    ]);
  });

  test("of the environment stand between white space", async () => {
    const tokens = await fromEnv(` read:${A}  x=lease:${B}\n\tadmin:${C}\n`);
    expect(tokens.map(({ scope }) => scope)).toEqual(["read", "lease", "admin"]);
    expect(tokens.map(({ name }) => name)).toEqual([
      "WARM_API_TOKENS, entry 1",
      "x",
      "WARM_API_TOKENS, entry 3",
    ]);
  });

  test("of both are all known", async () => {
    const env = { WARM_API_TOKENS: `admin:${B}` };
    expect(await readTokens({ file: tokenFile(`read:${A}`), env })).toHaveLength(2);
    expect(await readTokens({ file: tokenFile("# none yet"), env })).toHaveLength(1);
  });

  test("may be mounted as a link, by anybody and for anybody", async () => {
    const link = join(directory, "mounted");
    symlinkSync(tokenFile(`read:${A}`, 0o444), link);
    expect(await readTokens({ file: link, env: {} })).toHaveLength(1);
  });

  test("as `openssl rand` makes them are long enough, and so are the shortest and the longest", async () => {
    const made = execFileSync("openssl", ["rand", "-hex", "32"], { encoding: "utf8" });
    expect(await fromEnv(`admin:${made}`)).toHaveLength(1);
    expect(await fromEnv(`admin:${"x".repeat(16)} read:${"x".repeat(512)}`)).toHaveLength(2);
  });
});

describe("a token file that others may write to", () => {
  test.each([0o666, 0o602, 0o777])("is refused: they could let themselves in (mode %o)", async (mode) => {
    const error = await refusalOf(readTokens({ file: tokenFile(`admin:${A}`, mode), env: {} }));
    expect(error.message).toMatch(/may be written by everybody/);
    expect(error.hint).toContain("chmod 600");
  });
});

describe("a note", () => {
  const notesOf = async (mode: number) => {
    const notes: string[] = [];
    const file = tokenFile(`read:${A}`, mode);
    await readTokens({ file, env: {}, onNote: (note) => notes.push(note) });
    return notes;
  };

  test.each([0o640, 0o604, 0o644])("tells of a file of ours that others may read (%o)", async (mode) => {
    expect(await notesOf(mode)).toEqual([expect.stringMatching(/others .*tokens: `chmod 600`/)]);
  });

  test("is not due for one that is its owner's alone", async () => {
    expect(await notesOf(0o600)).toEqual([]);
  });
});

describe("what is wrong with tokens", () => {
  test("is told all at once, with places and without a token", async () => {
    const lines = [
      A,
      `reed:${B}`,
      "admin:short",
      "",
      `a b=read:${C}`,
      `read:${A} ${B}`,
      `admin:${"x".repeat(513)}`,
    ];
    const file = tokenFile(lines.join("\n"));
    const { message } = await refusalOf(
      readTokens({ file, env: { WARM_API_TOKENS: "admin:kürzeres-wort-x" } }),
    );
    const told = message.split("; ");
    expect(told).toEqual([
      `${file}:1: is not \`scope:token\`, or the token has white space or other than ASCII`,
      `${file}:2: there is no such scope: use read, lease, admin`,
      `${file}:3: the token is shorter than 16 characters`,
      expect.stringContaining(`${file}:5: is not`),
      expect.stringContaining(`${file}:6: is not`),
      `${file}:7: the token is longer than 512 characters`,
      expect.stringContaining("WARM_API_TOKENS, entry 1: is not"),
    ]);
    for (const secret of [A, B, C, "short", "reed", "xxx", "kürz"])
      expect(message.replaceAll("shorter", "")).not.toContain(secret);
  });

  test("is a token that is there twice, also with another scope", async () => {
    const file = tokenFile(`read:${A}\nx=admin:${A}`);
    const { message } = await refusalOf(readTokens({ file, env: { WARM_API_TOKENS: `lease:${A}` } }));
    expect(message).toBe(
      `${file}:2: the token is the same as at ${file}:1; WARM_API_TOKENS, entry 1: the token is the same as at ${file}:2`,
    );
  });

  test.each([undefined, "", "  \n "])("is that there is none (%j)", async (text) => {
    const { message, hint } = await refusalOf(fromEnv(text));
    expect(message).toContain("there is none");
    expect(hint).toContain("WARM_API_TOKENS");
    expect(hint).toContain("--token-file");
    expect(hint).toContain("openssl rand -hex 32");
  });

  test("does not fill a screen", async () => {
    const { message } = await refusalOf(fromFile("x\n".repeat(30_000)));
    expect(message.length).toBeLessThan(5_000);
    expect(message).toContain("and 29980 more");
  });

  test.each([
    ["more than 64 KiB", "larger than 64 KiB", () => tokenFile("#".repeat(64 * 1024 + 1))],
    ["not UTF-8", "not UTF-8", () => tokenFile(new Uint8Array([0xff, 0xfe]))],
    ["a folder", "is a directory", () => directory],
    ["missing", "does not exist", () => join(directory, "nope")],
    ["a pipe", "not a regular file", () => makePipe(join(directory, "pipe"))],
  ])("is a file that is %s", async (_what, why, makeFile) => {
    const file = makeFile();
    const { message } = await refusalOf(readTokens({ file, env: {} }));
    expect(message).toContain(`the token file ${file}`);
    expect(message).toContain(why);
  });
});

function makePipe(path: string): string {
  execFileSync("mkfifo", [path]);
  return path;
}

test("any text gives tokens or a refusal without any of its longer words", async () => {
  const word = fc.oneof(
    fc.string({ unit: "binary-ascii" }),
    fc.stringMatching(/^([a-z]{1,5}=)?(read|admin|reed):[!-~]{0,30}$/),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 5 }), async (words) => {
      const reading = fromEnv(words.join(" ").replaceAll("\0", ""));
      const tokens = await reading.catch(() => undefined);
      if (tokens !== undefined) return;
      const { message } = await refusalOf(reading);
      for (const secret of words.filter((each) => each.length >= 12)) expect(message).not.toContain(secret);
    }),
    { numRuns: 500 },
  );
});
