import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { problemsOfFile } from "./read-problems.js";

/**
 * Each broken file begins with a comment for each of its problems, in order:
 * `# expect <line>:<column> <rule> "<a phrase of the message or the hint>"`.
 */
const EXPECTATION = /^# expect (\d+):(\d+) ([a-z0-9-]+) "(.+)"$/;

const directory = new URL("../fixtures/broken/", import.meta.url).pathname;
const names = readdirSync(directory).toSorted();

interface Expectation {
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  readonly phrase: string;
}

function readExpectations(path: string): Expectation[] {
  const lines = readFileSync(path, "utf8").split("\n");
  const comments = lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith("#")),
  );
  return comments.map((comment) => {
    const [, line, column, rule = "", phrase = ""] = EXPECTATION.exec(comment) ?? [];
    if (line === undefined) throw new Error(`${path}: not an expectation: ${comment}`);
    return { line: Number(line), column: Number(column), rule, phrase };
  });
}

describe("a broken file is refused with every problem, where it stands and what to do", () => {
  test("there are enough of them", () => {
    expect(names.length).toBeGreaterThanOrEqual(60);
  });

  test.each(names)("%s", async (name) => {
    const path = directory + name;
    const expectations = readExpectations(path);
    const problems = await problemsOfFile(path, { CI_TOKEN: "hunter2" });
    expect(expectations.length).toBeGreaterThan(0);
    expect(problems.map(({ line, column, rule }) => ({ line, column, rule }))).toEqual(
      expectations.map(({ line, column, rule }) => ({ line, column, rule })),
    );
    for (const [index, { phrase }] of expectations.entries()) {
      const problem = problems[index];
      expect(`${problem?.message}; ${problem?.hint}`).toContain(phrase);
      expect(problem?.file).toBe(path);
      expect(problem?.hint).toMatch(/^[a-z]+ ./);
      expect(problem?.excerpt).toBeDefined();
    }
  });
});
