import { WarmError } from "../../errors.js";
import type { JobOutput } from "../../model/job.js";
import type { ResultFile } from "./export-output.js";
import { matchPattern } from "./match-pattern.js";
import { quoteName } from "./refuse-entry.js";

const MANY_NAMES = 5;

/** The patterns that no file matches. @param paths below the output's folder */
export function missingRequired(require: readonly string[], paths: readonly string[]): string[] {
  return require.filter((pattern) => !paths.some((path) => matchPattern(pattern, path)));
}

/** @throws WarmError `rejected` that names every pattern of an output that nothing matches */
export function checkRequired(output: JobOutput, files: readonly ResultFile[]): void {
  const paths = files.map(({ path }) => path.slice(output.to.length + 1));
  const missing = missingRequired(output.require, paths);
  if (missing.length === 0) return;
  const patterns = missing.map((pattern) => `\`${pattern}\``).join(", ");
  throw new WarmError("rejected", `the output ${output.from} has no file ${patterns}`, {
    hint: `the engine left ${describePaths(paths)} there: see whether the job was done when it said so`,
  });
}

function describePaths(paths: readonly string[]): string {
  if (paths.length === 0) return "no file at all";
  const shown = paths.slice(0, MANY_NAMES).map(quoteName).join(", ");
  return paths.length > MANY_NAMES ? `${shown} and ${paths.length - MANY_NAMES} more` : shown;
}
