import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { formatProblems } from "../../src/report/format-problems.js";
import { problemsOf } from "../config/read-problems.js";
import { fuzz } from "./fuzz.js";
import { HOSTILE_TEXTS, mutatedText } from "./mutations.js";

const root = join(import.meta.dirname, "../..");
const examples = readdirSync(join(root, "examples"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith("/warm.yaml"))
  .sort();
const files = [join(root, "warm.yaml"), ...examples.map((path) => join(root, "examples", path))].map((path) =>
  readFileSync(path, "utf8"),
);
const BOMB = `a: &a [x, x, x, x, x, x, x, x, x]\n${Array.from(
  "bcdefghi",
  (key, n) => `${key}: &${key} [${`*${"abcdefgh"[n]}, `.repeat(9)}x]\n`,
).join("")}`;
const words = [
  ...HOSTILE_TEXTS,
  ...[
    BOMB,
    "&a ",
    "*a",
    "<<: *a\n",
    "\ufeff",
    "---\n",
    "...\n",
    "!!binary x",
    "!!js/function x",
    "? ",
    "| \n",
    ">-\n",
  ],
  ...[
    "999999999999999999999",
    "0x7fffffff",
    ".inf",
    ".nan",
    "1e400",
    "-0",
    "01",
    "0o17",
    "2001-12-14",
    "yes",
    "~",
  ],
  ...[
    "{",
    "}",
    "[",
    "]",
    ": ",
    "- ",
    "\t",
    "\r",
    "  ".repeat(400),
    "[".repeat(3_000),
    "__proto__: { a: 1 }\n",
  ],
];

it("a mutated file is accepted, or refused with problems that stand in it and can be read", async () => {
  await fuzz({ name: "config-files", inputs: mutatedText(files, words), runs: 80 }, async (text) => {
    const problems = await problemsOf(text);
    const lines = text.split("\n").length;
    for (const { line, column, hint } of problems) {
      expect(line).toBeGreaterThanOrEqual(1);
      expect(line).toBeLessThanOrEqual(lines + 1);
      expect(column).toBeGreaterThanOrEqual(1);
      expect(hint).toBeTruthy();
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(formatProblems(problems, "text")).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});
