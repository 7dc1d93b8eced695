import { describe, expect, test } from "vitest";
import type { Problem } from "../../src/model/problem.js";
import { formatProblems } from "../../src/report/format-problems.js";

const PROBLEM: Problem = {
  file: "warm.yaml",
  line: 14,
  column: 11,
  field: "templates.web.blob",
  rule: "image-reference",
  message: "`acme/Blob:1` has a malformed part `Blob`",
  hint: "write the repository in lower case",
  excerpt: "    blob: acme/Blob:1",
};

describe("as text", () => {
  test("a problem is its place, the line with a caret, and a hint", () => {
    const other = {
      ...PROBLEM,
      line: 1,
      column: 1,
      field: "",
      message: "the file is empty",
      hint: undefined,
      excerpt: undefined,
    };
    expect(formatProblems([PROBLEM, other], "text")).toMatchInlineSnapshot(`
      "warm.yaml:14:11 templates.web.blob: \`acme/Blob:1\` has a malformed part \`Blob\`
        14 |     blob: acme/Blob:1
           |           ^
          hint: write the repository in lower case

      warm.yaml:1:1: the file is empty"
    `);
  });

  test("a long line is cut around the caret", () => {
    const excerpt = `${"a".repeat(200)}X${"b".repeat(200)}`;
    const [, line = "", caret = ""] = formatProblems([{ ...PROBLEM, column: 201, excerpt }], "text").split(
      "\n",
    );
    expect(line.length).toBeLessThan(115);
    expect(line[caret.indexOf("^")]).toBe("X");
    expect(line).toMatch(/\| …a+Xb+…$/);
  });

  test.each([1, 50, 99, 150, 299, 300, 301])(
    "the caret of column %d stands under its character",
    (column) => {
      const excerpt = Array.from({ length: 300 }, (_, index) => (index === column - 1 ? "X" : ".")).join("");
      const [, line = "", caret = ""] = formatProblems([{ ...PROBLEM, column, excerpt }], "text").split("\n");
      expect(line[caret.indexOf("^")]).toBe(column > 300 ? undefined : "X");
    },
  );

  test("what a hostile file holds reaches no terminal", () => {
    const hostile = "\x1b]0;owned\x07\t\r\x9b31m\u202etxt";
    const text = formatProblems(
      [
        {
          ...PROBLEM,
          file: hostile,
          field: hostile,
          message: hostile,
          hint: hostile,
          excerpt: `${hostile}X`,
          column: hostile.length + 1,
        },
      ],
      "text",
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    const lines = text.split("\n");
    expect(lines).toHaveLength(4);
    expect(lines[1]?.[lines[2]?.indexOf("^") ?? -1]).toBe("X");
  });
});

describe("as JSON", () => {
  test("problems are data", () => {
    expect(JSON.parse(formatProblems([PROBLEM], "json"))).toEqual({ valid: false, problems: [PROBLEM] });
  });

  test("no problem is valid", () => {
    expect(formatProblems([], "json")).toBe('{"valid":true,"problems":[]}');
  });
});

describe("as annotations for GitHub", () => {
  test("a problem is an error at its place", () => {
    expect(formatProblems([PROBLEM], "github")).toMatchInlineSnapshot(
      `"::error file=warm.yaml,line=14,col=11,title=image-reference at templates.web.blob::templates.web.blob: \`acme/Blob:1\` has a malformed part \`Blob\`%0Ahint: write the repository in lower case"`,
    );
  });

  test("a text of the file cannot end the command or begin another", () => {
    const hostile = "100%\r\n::set-env name=A::b,c:d";
    const text = formatProblems([{ ...PROBLEM, file: hostile, field: hostile, message: hostile }], "github");
    expect(text).not.toMatch(/[\r\n]/);
    expect(text).toMatch(/^::error file=100%25%0D%0A%3A%3Aset-env name=A%3A%3Ab%2Cc%3Ad,line=14,/);
  });
});
