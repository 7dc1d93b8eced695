import type { WarmError } from "../../errors.js";
import type { JobView } from "../../model/job.js";
import { formatFailedTries, formatJobSteps } from "../../report/format-job.js";
import { formatBatchHead, formatBatchStep, tallyJobs } from "../../report/format-job-batch.js";
import { hasResult, type JobEnd } from "../../report/format-job-end.js";
import { formatJobResult } from "../../report/format-job-result.js";
import { createJobProgress } from "../../report/progress/job-progress.js";
import { makeVisible } from "../../report/text/make-visible.js";
import type { Terminal } from "../terminal.js";

/** Told of jobs as they go on, each by its place among those that were given. */
export interface JobSink {
  changed(index: number, before: JobView | undefined, after: JobView): void;
  ended(index: number, end: JobEnd): void;
  /** The watcher does not answer just now. */
  trouble(error: WarmError): void;
  say(text: string): void;
  /** Gives the terminal back. */
  close(): void;
}

export interface SinkSettings {
  readonly pool: string;
  /** Several jobs, or any number of a file. */
  readonly isBatch: boolean;
  /** How many jobs there will be. */
  readonly total: number;
  readonly isJson: boolean;
}

/** Live lines on a terminal, plain lines elsewhere; as JSON only how each job ended, on stdout. */
export function openJobSink(terminal: Terminal, settings: SinkSettings): JobSink {
  const { pool, isJson } = settings;
  if (isJson)
    return {
      ...toldTo(terminal, terminal.note),
      changed: () => undefined,
      ended: (_index, end) => terminal.print(formatJobResult(end, pool)),
      close: () => undefined,
    };
  return terminal.isLive ? openLive(terminal, settings) : openPlain(terminal, settings);
}

function openPlain(terminal: Terminal, { total, isBatch }: SinkSettings): JobSink {
  const { err, note } = terminal;
  let over = 0;
  return {
    ...toldTo(terminal, note),
    changed(_index, before, after) {
      for (const line of isBatch ? formatFailedTries(before, after, err) : formatJobSteps(before, after, err))
        note(line);
    },
    ended(_index, end) {
      over += 1;
      if (isBatch) note(formatBatchStep(end, `${over}/${total}`, err));
    },
    close: () => undefined,
  };
}

function openLive(terminal: Terminal, { total, isBatch }: SinkSettings): JobSink {
  const { err } = terminal;
  const startedMs = Date.now();
  const running = new Map<number, JobView>();
  const ends: (JobEnd | undefined)[] = Array.from({ length: total }, () => undefined);
  const progress = createJobProgress({
    write: (text) => void process.stderr.write(text),
    columns: () => process.stderr.columns,
    rows: () => process.stderr.rows,
    style: err,
    now: () => Date.now(),
  });
  const show = () => {
    const jobs = [...running.values()];
    const working = jobs.filter(({ state }) => state !== "queued" && state !== "leasing");
    if (!isBatch) return progress.show(jobs, undefined);
    progress.show(working, (nowMs) =>
      formatBatchHead(tallyJobs(ends), working.length, nowMs - startedMs, err),
    );
  };
  return {
    ...toldTo(terminal, progress.say),
    changed(index, before, after) {
      running.set(index, after);
      for (const line of formatFailedTries(before, after, err)) progress.say(line);
      show();
    },
    ended(index, end) {
      running.delete(index);
      ends[index] = end;
      if (isBatch && !hasResult(end)) progress.say(formatBatchStep(end, "", err));
      show();
    },
    close: progress.stop,
  };
}

const toldTo = ({ err }: Terminal, say: (text: string) => void): Pick<JobSink, "say" | "trouble"> => ({
  say,
  trouble: ({ message }) => say(err.yellow(`${makeVisible(message)}: trying again for a while`)),
});
