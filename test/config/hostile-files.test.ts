import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatProblems } from "../../src/report/format-problems.js";
import { measureProblemsOf, problemsOf, problemsOfFile } from "./read-problems.js";

const HEAD = "version: 1\nproject: demo\n";
const KIBI = 1024;
let directory = "";

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "warm-config-"));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

function writeFile(name: string, content: string | Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

async function ruleOfFile(path: string): Promise<string | undefined> {
  const problems = await problemsOfFile(path);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ file: path, line: 1, column: 1, field: "", excerpt: undefined });
  expect(problems[0]?.hint).toBeTruthy();
  return problems[0]?.rule;
}

describe("a file that cannot be read is one problem", () => {
  test("missing: `warm init` writes one", async () => {
    const [problem] = await problemsOfFile(join(directory, "absent.yaml"));
    expect(problem).toMatchObject({ rule: "not-found", message: "the file does not exist" });
    expect(problem?.hint).toContain("warm init");
  });

  test("below a file that is no directory", async () => {
    const file = writeFile("plain.yaml", HEAD);
    expect(await ruleOfFile(join(file, "warm.yaml"))).toBe("not-found");
  });

  test("a directory", async () => {
    mkdirSync(join(directory, "folder"));
    expect(await ruleOfFile(join(directory, "folder"))).toBe("is-a-directory");
  });

  test("10 MB, of which nothing is read", async () => {
    expect(await ruleOfFile(writeFile("large.yaml", Buffer.alloc(10_000_000, "#")))).toBe("too-large");
  });

  test("1 MiB is accepted, one byte more is not", async () => {
    const comment = (length: number) => `${HEAD}#${" ".repeat(length - HEAD.length - 1)}`;
    expect(await problemsOfFile(writeFile("most.yaml", comment(KIBI * KIBI)))).toEqual([]);
    expect(await ruleOfFile(writeFile("more.yaml", comment(KIBI * KIBI + 1)))).toBe("too-large");
  });

  test("a FIFO that nobody writes to", async () => {
    const path = join(directory, "fifo");
    execFileSync("mkfifo", [path]);
    expect(await ruleOfFile(path)).toBe("not-a-file");
  });

  test("a device without end", async () => {
    expect(await ruleOfFile("/dev/zero")).toBe("not-a-file");
  });

  test("a link in a circle", async () => {
    const path = join(directory, "circle");
    symlinkSync(path, path);
    expect(await ruleOfFile(path)).toBe("not-readable");
  });

  test("invalid UTF-8", async () => {
    expect(await ruleOfFile(writeFile("latin.yaml", Buffer.from("project: caf\xe9\n", "latin1")))).toBe(
      "not-utf-8",
    );
  });

  test.skipIf(process.platform === "win32")("not readable for this user", async () => {
    const path = writeFile("locked.yaml", HEAD);
    chmodSync(directory, 0o755);
    chmodSync(path, 0o000);
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65534);
    try {
      expect(await ruleOfFile(path)).toBe("not-readable");
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

describe("a link to a regular file is read", () => {
  test("and a byte order mark is dropped", async () => {
    const path = writeFile("real.yaml", `\ufeff${HEAD}`);
    symlinkSync(path, join(directory, "link.yaml"));
    expect(await problemsOfFile(join(directory, "link.yaml"))).toEqual([]);
  });
});

describe("a hostile text is refused quickly and briefly", () => {
  const levels = Array.from({ length: 9 }, (_, level) => level + 1);
  const laughs = (open: string, item: (index: number, alias: string) => string, close: string) => [
    `a0: &a0 ${open}${item(0, "lol")}${close}`,
    ...levels.map((level) => {
      const items = Array.from({ length: 9 }, (_, index) => item(index, `*a${level - 1} `));
      return `a${level}: &a${level} ${open}${items.join(", ")}${close}`;
    }),
  ];

  const MEBI = 1_048_576;
  const texts: Record<string, { text: string; rule: string }> = {
    "billion laughs in lists": { text: laughs("[", (_, alias) => alias, "]").join("\n"), rule: "alias-bomb" },
    "billion laughs in maps": {
      text: laughs("{ ", (index, alias) => `k${index}: ${alias}`, "}").join("\n"),
      rule: "alias-bomb",
    },
    "one long list, many aliases": {
      text: `a: &a [${"1,".repeat(9_000)}1]\nb: [${"*a ,".repeat(99)}*a ]`,
      rule: "alias-bomb",
    },
    "5,000 brackets deep": {
      text: `a: ${"[".repeat(5_000)}${"]".repeat(5_000)}`,
      rule: "yaml-resource-exhaustion",
    },
    "100 brackets deep": { text: `a: ${"[".repeat(100)}${"]".repeat(100)}`, rule: "too-deep" },
    "5,000 dashes deep": { text: `${"- ".repeat(5_000)}x`, rule: "yaml-resource-exhaustion" },
    "1,400 maps deep": {
      text: Array.from({ length: 1_400 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
      rule: "yaml-resource-exhaustion",
    },
    "a NUL byte": { text: `${HEAD}network: a\0b\n`, rule: "nul-byte" },
    "100,000 unknown keys": {
      text: Array.from({ length: 100_000 }, (_, index) => `k${index}: 1`).join("\n"),
      rule: "too-large",
    },
    "a million commas": { text: `{${",".repeat(MEBI - 1)}`, rule: "too-large" },
    "a million brackets": { text: "]".repeat(MEBI), rule: "too-large" },
    "a million brackets to open": { text: "[".repeat(MEBI), rule: "too-large" },
    "half a million anchors": { text: "&a ".repeat(MEBI / 3), rule: "too-large" },
    "half a million quotes": { text: '"'.repeat(MEBI), rule: "too-large" },
  };

  test.each(Object.entries(texts))("%s", async (_name, { text, rule }) => {
    const { problems, cpuMs } = await measureProblemsOf(text);
    expect(cpuMs).toBeLessThan(5_000);
    expect(problems.map((problem) => problem.rule)).toContain(rule);
    expect(problems.length).toBeLessThanOrEqual(101);
    for (const format of ["text", "json", "github"] as const) {
      expect(formatProblems(problems, format).length).toBeLessThan(300_000);
    }
  });

  test("a NUL byte is shown at its place", async () => {
    expect(await problemsOf(`${HEAD}network: a\0b\n`)).toMatchObject([
      { line: 3, column: 11, rule: "nul-byte" },
    ]);
  });

  test("of 10,000 problems the first 100 are told, and how many more there are", async () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => `k${index}: 1`);
    const problems = await problemsOf(`${HEAD}${keys.join("\n")}`);
    expect(problems).toHaveLength(101);
    expect(problems[0]).toMatchObject({ line: 3, rule: "unknown-key" });
    expect(problems[100]).toMatchObject({
      line: 103,
      rule: "more-problems",
      message: "9900 more problems are not shown, from this line on",
    });
  });

  test("a problem on a very long line has no excerpt, and messages are cut", async () => {
    const [problem] = await problemsOf(`${HEAD}prefix: ${"a".repeat(500_000)}\n`);
    expect(problem).toMatchObject({ rule: "bad-name", excerpt: undefined });
    expect(problem?.message.length).toBeLessThan(120);
  });
});
