import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { BENCHES } from "./benches.js";
import { drawCharts } from "./drawing/charts.js";
import { putBenchmarks } from "./drawing/readme-section.js";
import { formatTable } from "./format-table.js";
import { type BenchResult, parseResults, type Results } from "./results.js";

const CHARTS = "test/bench/charts";
const results = parseResults(readFileSync("test/bench/results.json", "utf8"));

/** As if one bench had measured something else. */
function renamed(name: string): Results {
  const { figures = [], ...rest } = results.benches[name] ?? {};
  const others = figures.map((figure) => ({ ...figure, id: `another.${figure.id}` }));
  return { ...results, benches: { ...results.benches, [name]: { ...rest, figures: others } as BenchResult } };
}

function without(name: string): Results {
  return {
    ...results,
    benches: Object.fromEntries(Object.entries(results.benches).filter(([id]) => id !== name)),
  };
}

it("the README tells what was measured (`npm run docs` makes it anew)", () => {
  const readme = readFileSync("README.md", "utf8");
  expect(putBenchmarks(readme, results)).toBe(readme);
});

it("each chart shows what was measured, and there is no other", () => {
  const drawn = Object.fromEntries(drawCharts(results).map(({ file, svg }) => [file, svg]));
  const files = Object.fromEntries(
    readdirSync(CHARTS).map((file) => [file, readFileSync(`${CHARTS}/${file}`, "utf8")]),
  );
  expect(files).toEqual(drawn);
});

it("another number is another README and another chart", () => {
  const changed = JSON.parse(JSON.stringify(results).replaceAll(/"median":[\d.]+/g, '"median":7')) as Results;
  const readme = readFileSync("README.md", "utf8");
  expect(putBenchmarks(readme, changed)).not.toBe(readme);
  expect(drawCharts(changed)).not.toEqual(drawCharts(results));
});

it.each(["growth", "leases", "engines", "jobs"])(
  "a chart that names what was not measured is refused: %s",
  (name) => {
    expect(() => drawCharts(renamed(name))).toThrow(/names .*, which the results do not have/);
  },
);

it("a table line that names what was not measured is refused", () => {
  expect(() => putBenchmarks(readFileSync("README.md", "utf8"), renamed("start-up"))).toThrow(
    "the README tells of start-up.version, which the results do not have",
  );
});

it("a bench that has not run is named, and has neither line nor chart", () => {
  const text = putBenchmarks(readFileSync("README.md", "utf8"), without("growth"));
  expect(text).toMatch(/Not measured:.*`growth`/);
  expect(text).not.toContain("charts/growth.svg");
});

it("no two figures have one id", () => {
  const ids = Object.values(results.benches).flatMap(({ figures }) => figures.map(({ id }) => id));
  expect(ids).toEqual([...new Set(ids)]);
});

it("the table on a terminal fits into 110 columns", () => {
  const widths = formatTable(results, BENCHES)
    .split("\n")
    .filter((line) => !line.includes("not measured:") && !line.includes("Node.js"))
    .map((line) => line.length);
  expect(Math.max(...widths)).toBeLessThanOrEqual(110);
});
