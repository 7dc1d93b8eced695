import fc from "fast-check";
import { expect, it } from "vitest";
import { createLineSplitter, LONGEST_LINE } from "../../src/docker/exec/line-splitter.js";

function split(...parts: readonly string[]): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line));
  for (const part of parts) splitter.push(part);
  splitter.flush();
  return lines;
}

it("lines are the same wherever the parts that bring them begin and end", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "\n", "\r\n", "é", "😀", " ") });
  fc.assert(
    fc.property(text, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (whole, sizes) => {
      const parts: string[] = [];
      for (let at = 0, turn = 0; at < whole.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        parts.push(whole.slice(at, at + size));
        at += size;
      }
      const lines = whole.split(/\r?\n/);
      if (lines.at(-1) === "") lines.pop();
      expect(split(...parts)).toEqual(lines);
    }),
  );
});

it("of a line that is too long the beginning is told, with no half of a character, and the next line is whole", () => {
  const long = `x${"😀".repeat(LONGEST_LINE)}`;
  const [first = "", second] = split(long.slice(0, 100_001), long.slice(100_001), "more\nnext\n");
  expect(first.length).toBe(LONGEST_LINE - 1);
  expect(long.startsWith(first)).toBe(true);
  expect(second).toBe("next");
});

it("a last line without an end is told at the end, and an empty rest is no line", () => {
  expect(split("a\n", "b")).toEqual(["a", "b"]);
  expect(split("a\n")).toEqual(["a"]);
  expect(split("\n\r\n")).toEqual(["", ""]);
});
