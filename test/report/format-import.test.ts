import { expect, it } from "vitest";
import type { ImportSummary } from "../../src/model/import-summary.js";
import { formatImport } from "../../src/report/format-import.js";
import { plain } from "./builders.js";

const nothing: ImportSummary = {
  project: "shop",
  templates: 1,
  sessions: 0,
  pools: 2,
  secrets: [],
  toComplete: [],
  leftOut: [],
  takeovers: [],
};

it("an import that took everything says what is next", () => {
  expect(formatImport(nothing, plain, undefined)).toMatchInlineSnapshot(`
    "Found 1 template, 0 sessions, 2 pools, for the project shop.

    Next: \`warm validate\`, then \`warm plan\`. Nothing on the host has changed."
  `);
});

it("what was left out is told, much of it is counted, and none of it drives a terminal", () => {
  const leftOut = Array.from({ length: 23 }, (_, index) => ({
    what: `container \u001b[2J${index}`,
    why: "so\nit is",
  }));
  const text = formatImport({ ...nothing, leftOut }, plain, "warm.yaml");
  expect(text).toContain("Wrote warm.yaml: 1 template, 0 sessions, 2 pools, for the project shop.");
  expect(text).toContain("  container \\x1b[2J0: so\\nit is\n");
  expect(text).toContain("  and 3 more\n");
});
