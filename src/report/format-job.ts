import type { JobState, JobView } from "../model/job.js";
import { makeLogLineVisible, makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";
import { cutMiddle } from "./text/text-width.js";

/** A text may have megabytes, and is drawn ten times a second: this much of it is looked at. */
const LONGEST = 400;
/** Columns of a key beside other columns. */
export const KEY_WIDTH = 32;

export const JOB_PAINTS = {
  queued: "dim",
  leasing: "dim",
  loading: "cyan",
  generating: "cyan",
  exporting: "cyan",
  processing: "cyan",
  done: "green",
  failed: "red",
  cancelled: "yellow",
} as const satisfies Record<JobState, keyof Style>;

/** A key as one safe cell; the empty one can be seen too. */
export function formatKey(key: string, width = KEY_WIDTH): string {
  if (key === "") return '""';
  const isLong = key.length > LONGEST;
  const ends = isLong ? `${key.slice(0, LONGEST / 2)}…${key.slice(-LONGEST / 2)}` : key;
  return cutMiddle(makeVisible(ends), width);
}

/** A line of an engine's log, however long, as one safe line. */
export const formatLastLine = (line: string): string => makeLogLineVisible(line.slice(0, LONGEST));

/** `valheim/1` */
export const formatJobEngine = (engine: string): string => makeVisible(engine.replace(/^engine\./, ""));

/** `try 2 of 3`; undefined for the first of all. */
export const formatTry = ({ attempt, maxAttempts }: JobView): string | undefined =>
  attempt > 1 ? `try ${attempt} of ${maxAttempts}` : undefined;

/** `chunks 3/9`; undefined for a job in one part. */
export function formatChunks({ chunks }: JobView): string | undefined {
  if (chunks.length === 0) return undefined;
  return `chunks ${chunks.filter(({ state }) => state === "done").length}/${chunks.length}`;
}

/** Each try that has failed meanwhile, a line each. @param before undefined when it has just been asked for */
export function formatFailedTries(before: JobView | undefined, after: JobView, style: Style): string[] {
  const told = before?.failures.length ?? 0;
  return after.failures
    .slice(told)
    .map((failure, index) => [`try ${told + index + 1} failed`, failure] as const)
    .map(([what, failure]) => `${nameOf(after)}: ${style.yellow(what)}: ${makeVisible(failure)}`);
}

/**
 * What is new of a job, as lines of a log: each failed try, then the phase when it is another one. Nothing for the end,
 * which has a last line of its own.
 */
export function formatJobSteps(before: JobView | undefined, after: JobView, style: Style): string[] {
  const failures = formatFailedTries(before, after, style);
  const isNews = after.state !== before?.state || after.attempt !== before.attempt;
  if (!isNews || after.outcome !== undefined) return failures;
  const id = before === undefined ? makeVisible(after.id) : undefined;
  const engine = after.engine === undefined ? undefined : formatJobEngine(after.engine);
  const details = [id, engine, formatTry(after)].filter((detail) => detail !== undefined);
  const inParentheses = details.length === 0 ? "" : ` (${details.join(", ")})`;
  return [...failures, `${nameOf(after)}: ${style[JOB_PAINTS[after.state]](after.state)}${inParentheses}`];
}

const nameOf = ({ pool, key }: JobView) => `${makeVisible(pool)} ${formatKey(key)}`;
