import type { ParamValue } from "../model/job.js";
import { formatJobEngine, formatKey, JOB_PAINTS } from "./format-job.js";
import { hasResult, type JobEnd } from "./format-job-end.js";
import { alignRows } from "./text/format-table.js";
import { makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";
import { cutEnd } from "./text/text-width.js";
import { formatDurationMs } from "./text/units.js";

export interface BatchTally {
  readonly total: number;
  /** With a result, cached ones too. */
  readonly done: number;
  readonly cached: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface BatchLayout {
  readonly style: Style;
  /** Width of the terminal; Infinity where there is none. */
  readonly columns: number;
  /** Of the whole batch. */
  readonly ms: number;
}

const HEADINGS = ["KEY", "STATE", "TIME", "ENGINE", "DATA / WHY"];

/** @param ends undefined for each job that was not asked for, or is not over */
export function tallyJobs(ends: readonly (JobEnd | undefined)[]): BatchTally {
  const count = (is: (end: JobEnd) => boolean) => ends.filter((end) => end !== undefined && is(end)).length;
  const over = (state: string) => (end: JobEnd) => end.type === "over" && end.view.state === state;
  return {
    total: ends.length,
    done: count(over("done")),
    cached: count((end) => end.type === "over" && end.view.outcome.cached),
    failed: count((end) => end.type === "lost" || over("failed")(end)),
    cancelled: count((end) => end.type === "left" || over("cancelled")(end)),
  };
}

/** `12 done (3 cached), 1 failed of 13`; what is none is left out. */
export function formatTally({ total, done, cached, failed, cancelled }: BatchTally, style: Style): string {
  const left = total - done - failed - cancelled;
  const counts = [
    ...formatCounts({ done, cached, failed, cancelled }, style),
    ...(left === 0 ? [] : [`${left} not begun`]),
  ];
  return `${counts.join(", ")} of ${total}`;
}

const formatCounts = (
  { done, cached, failed, cancelled }: Omit<BatchTally, "total">,
  style: Style,
): string[] => [
  `${done} done${cached === 0 ? "" : ` (${cached} cached)`}`,
  ...(failed === 0 ? [] : [style.red(`${failed} failed`)]),
  ...(cancelled === 0 ? [] : [style.yellow(`${cancelled} cancelled`)]),
];

/** How a batch stands, above its running jobs: `3 done, 1 failed, 2 running, 7 waiting  12.3s`. */
export function formatBatchHead(tally: BatchTally, running: number, ms: number, style: Style): string {
  const { total, done, cached, failed, cancelled } = tally;
  const waiting = total - done - failed - cancelled - running;
  const counts = [...formatCounts({ done, cached, failed, cancelled }, style), `${running} running`];
  return `${[...counts, `${waiting} waiting`].join(", ")}  ${style.dim(formatDurationMs(ms))}`;
}

/** One job of several that is over, as a line. @param place `3/13` */
export function formatBatchStep(end: JobEnd, place: string, style: Style): string {
  const [key = "", state = "", time = "", , why = ""] = toRow(end, style);
  const name = place === "" ? key : `${place} ${key}`;
  return `${name}: ${state}${time === "-" ? "" : ` in ${time}`}${hasResult(end) ? "" : `: ${why}`}`;
}

/** A table of all jobs in the order in which they were asked for, then how many went how. No line feed at the end. */
export function formatJobBatch(ends: readonly (JobEnd | undefined)[], layout: BatchLayout): string {
  const { style, columns, ms } = layout;
  const rows = ends.flatMap((end) => (end === undefined ? [] : [toRow(end, style)]));
  const table = alignRows([HEADINGS.map((heading) => style.dim(heading)), ...rows]);
  const summary = `${formatTally(tallyJobs(ends), style)} in ${formatDurationMs(ms)}.`;
  return [...table.map((line) => cutEnd(line, columns)), "", style.bold(summary)].join("\n");
}

function toRow(end: JobEnd, style: Style): string[] {
  if (end.type === "lost") {
    const key = end.view === undefined ? formatParams(end.params) : formatKey(end.view.key);
    const state = end.view === undefined ? "refused" : "unknown";
    return [key, style.red(state), "-", "-", makeVisible(end.error.message)];
  }
  const { view } = end;
  const engine = view.engine === undefined ? "-" : formatJobEngine(view.engine);
  if (end.type === "left")
    return [formatKey(view.key), style.yellow("left"), "-", engine, "it goes on for others who asked"];
  const { cached, timings, dataDir = "", error } = end.view.outcome;
  return [
    formatKey(view.key),
    style[JOB_PAINTS[view.state]](cached ? "cached" : view.state),
    formatDurationMs(timings.totalMs),
    engine,
    makeVisible(error?.message ?? dataDir),
  ];
}

/** What stands for the key of a job that was never made: its only value, else all of them by name. */
export function formatParams(params: Readonly<Record<string, ParamValue>>): string {
  const entries = Object.entries(params);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) return formatKey(String(only[1]));
  return formatKey(entries.map(([name, value]) => `${name}=${value}`).join(" "));
}
