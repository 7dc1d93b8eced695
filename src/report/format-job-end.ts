import type { WarmError } from "../errors.js";
import type { JobOutcome, JobTimings, JobView, ParamValue } from "../model/job.js";
import { formatFailureDetails } from "./format-error.js";
import { formatLastLine, formatTry } from "./format-job.js";
import { makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";
import { formatCount, formatDurationMs, formatTransfer } from "./text/units.js";

/** A job that is over. */
export type FinishedJob = JobView & { readonly outcome: JobOutcome };

/** What became of a job, for whoever asked for it. */
export type JobEnd =
  | { readonly type: "over"; readonly view: FinishedJob }
  /** Taken back by who asked; it goes on for others, or nobody waited for its end. */
  | { readonly type: "left"; readonly view: JobView }
  /** It was not accepted (no view), or nobody can be asked what becomes of it. */
  | {
      readonly type: "lost";
      readonly params: Readonly<Record<string, ParamValue>>;
      readonly view: JobView | undefined;
      readonly error: WarmError;
    };

export const isFinished = (view: JobView): view is FinishedJob => view.outcome !== undefined;

/** Whether its result is there. */
export const hasResult = (end: JobEnd): boolean => end.type === "over" && end.view.outcome.success;

/** The last words on one job: where its data is and how long each phase took, or why there is none. No line feed at the end. */
export function formatJobEnd(view: FinishedJob, style: Style): string {
  const { outcome, state } = view;
  if (outcome.success) return formatResult(view, style);
  const after = formatDurationMs(outcome.timings.totalMs);
  if (state === "cancelled") return style.yellow(`Cancelled after ${after}.`);
  const { error } = outcome;
  const why = error === undefined ? "it is not known why" : makeVisible(error.message);
  const logs = error?.logs ?? [];
  const isSaid = view.lastLine === undefined || logs.length > 0;
  const lastLine = isSaid ? [] : [`last line: ${formatLastLine(view.lastLine)}`];
  return [
    `${style.red("error:")} the job failed after ${after}: ${why}`,
    ...view.failures.map((failure, index) => `  try ${index + 1}: ${makeVisible(failure)}`),
    ...lastLine,
    ...formatFailureDetails({ logs, hint: error?.hint }, style),
  ].join("\n");
}

function formatResult(view: FinishedJob, style: Style): string {
  const { cached, dataDir = "", files, bytes, timings } = view.outcome;
  const size = `${formatCount(files, "file")}, ${formatTransfer(bytes)}`;
  const dir = makeVisible(dataDir);
  if (cached) return `${style.green("Cached")}: ${dir} (${size})`;
  const details = [size, formatTry(view), formatPhases(timings)].filter((detail) => detail !== undefined);
  return `${style.green("Done")} in ${formatDurationMs(timings.totalMs)}: ${dir} (${details.join("; ")})`;
}

function formatPhases(timings: JobTimings): string {
  const { queuedMs, leasingMs, loadingMs, generatingMs, exportingMs, processingMs } = timings;
  const phases: readonly (readonly [string, number])[] = [
    ["waited", queuedMs + leasingMs],
    ["loaded", loadingMs],
    ["generated", generatingMs],
    ["exported", exportingMs],
    ["processed", processingMs],
  ];
  return phases.map(([name, ms]) => `${name} ${formatDurationMs(ms)}`).join(", ");
}
