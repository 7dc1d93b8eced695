import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ERROR_GUIDE } from "../src/error-guide.js";
import { ERROR_CODES } from "../src/errors.js";
import { putErrorTable } from "./rig/error-table.js";

/** All code but the tables themselves. */
const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !/(?:^errors|^error-guide|\.generated)\.ts$/.test(file))
  .map((file) => readFileSync(`src/${file}`, "utf8"));

const codes = Object.keys(ERROR_CODES);

describe("the table of errors", () => {
  it("in the README is the code's own (`npm run docs` makes it anew)", () => {
    const readme = readFileSync("README.md", "utf8");
    expect(readme).toBe(putErrorTable(readme));
    for (const code of codes) expect(readme).toContain(`| \`${code}\` |`);
  });

  it.each(codes)("has no entry that nothing throws: %s", (code) => {
    // As the code of an error that is made; a table's key, a comparison and a member of a set do not count.
    const made = new RegExp(`(?:WarmError\\(\\s*|super\\(|\\bcode: |[?:] )"${code}"(?!:)`);
    expect(sources.some((text) => made.test(text))).toBe(true);
  });

  it.each(Object.entries(ERROR_GUIDE))(
    "says of %s what it is and what to do, each on one line",
    (_code, advice) => {
      for (const text of [advice.means, advice.cure]) {
        expect(text).toMatch(/^[^\n|]{5,200}$/);
        expect(text).not.toMatch(/\.$/);
        expect(text.split("`").length % 2, "a backquote is left open").toBe(1);
      }
    },
  );
});
