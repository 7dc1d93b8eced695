import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { putDependencyTable } from "./dependencies/dependency-table.js";
import { putErrorTable } from "./error-table.js";

/** Brings what the README repeats of the code up to date: `npm run docs`. */
const readme = resolve(import.meta.dirname, "../../README.md");
writeFileSync(readme, putDependencyTable(putErrorTable(readFileSync(readme, "utf8"))));
