import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { drawCharts } from "../bench/drawing/charts.js";
import { putBenchmarks } from "../bench/drawing/readme-section.js";
import { parseResults } from "../bench/results.js";
import { putDependencyTable } from "./dependencies/dependency-table.js";
import { putErrorTable } from "./error-table.js";

/** Brings what the README repeats of the code and of what was measured up to date: `npm run docs`. */
const root = resolve(import.meta.dirname, "../..");
const readme = join(root, "README.md");
const charts = join(root, "test/bench/charts");

const results = parseResults(readFileSync(join(root, "test/bench/results.json"), "utf8"));
writeFileSync(
  readme,
  putBenchmarks(putDependencyTable(putErrorTable(readFileSync(readme, "utf8"))), results),
);
rmSync(charts, { recursive: true, force: true });
mkdirSync(charts);
for (const { file, svg } of drawCharts(results)) writeFileSync(join(charts, file), svg);
