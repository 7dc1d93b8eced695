import type { JobView } from "../model/job.js";
import { formatJobEngine, formatKey, formatLastLine, JOB_PAINTS } from "./format-job.js";
import { formatJson } from "./text/format-json.js";
import { alignRows } from "./text/format-table.js";
import { makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";
import { cutEnd } from "./text/text-width.js";
import { formatAge } from "./text/units.js";

const HEADINGS = ["JOB", "POOL", "STATE", "SINCE", "TRY", "ENGINE", "KEY", "LAST LINE / WHY"];

/**
 * A table of jobs as they are given. No line feed at the end.
 * @param columns width of the terminal, which the table keeps to; Infinity where there is none
 */
export function formatJobs(jobs: readonly JobView[], style: Style, columns: number, now: Date): string {
  if (jobs.length === 0) return "No jobs.";
  const rows = jobs.map((job) => toRow(job, style, now));
  const table = alignRows([HEADINGS.map((heading) => style.dim(heading)), ...rows]);
  return table.map((line) => cutEnd(line, columns)).join("\n");
}

function toRow(job: JobView, style: Style, now: Date): string[] {
  const { id, pool, state, since, attempt, maxAttempts, engine, key, outcome, lastLine } = job;
  const why = outcome?.error === undefined ? undefined : makeVisible(outcome.error.message);
  const said = outcome === undefined && lastLine !== undefined ? formatLastLine(lastLine) : "";
  return [
    makeVisible(id),
    makeVisible(pool),
    style[JOB_PAINTS[state]](outcome?.cached === true ? "cached" : state),
    formatAge(since, now),
    attempt === 0 ? "-" : `${attempt} of ${maxAttempts}`,
    engine === undefined ? "-" : formatJobEngine(engine),
    formatKey(key),
    why ?? said,
  ];
}

/** The same facts for tools. No line feed at the end. */
export const formatJobsJson = (jobs: readonly JobView[]): string =>
  formatJson({ format: "warm.jobs/1", jobs });
