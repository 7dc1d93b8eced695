import { WarmError } from "../errors.js";
import type { JobOutcome } from "../model/job.js";
import type { PoolLog } from "../pool/pool-host.js";
import type { StoredResult } from "./data/data-directory.js";
import type { Job } from "./job.js";

/** What an engine says is kept with the job, in memory and on disk. */
const LONGEST_MESSAGE = 8_000;
const LONGEST_LINE = 1_000;
const KEPT_LINES = 20;

/** Ends a job with what it came to, and tells it. */
export function endJob(
  job: Job,
  result: (StoredResult & { readonly cached?: boolean }) | WarmError,
  log: PoolLog,
): void {
  const about = { job: job.id, pool: job.pool, hash: job.hash };
  if (!(result instanceof WarmError)) {
    job.end(outcomeOf(result), "done");
    const { cached, totalMs } = { cached: result.cached === true, ...job.timings() };
    const detail = `${job.id} of ${job.pool}: ${cached ? "its result was there" : "done"}, in ${result.dir}`;
    log[cached ? "debug" : "info"]("job done", { ...about, cached, ms: Math.round(totalMs), detail });
    return;
  }
  const isCancelled = job.cancelled.aborted && result.code === "interrupted";
  const { code } = result;
  const message = job.told(result.message, LONGEST_MESSAGE);
  const hint = result.hint && job.told(result.hint, LONGEST_MESSAGE);
  const said = result.logs.length > 0 ? result.logs : job.lastLines();
  const logs = said.slice(-KEPT_LINES).map((line) => job.told(line, LONGEST_LINE));
  const none = { success: false, cached: false, dataDir: undefined, files: 0, bytes: 0 };
  job.end({ ...none, error: { code, message, hint, logs } }, isCancelled ? "cancelled" : "failed");
  const detail = `${job.id} of ${job.pool}: ${message}`;
  if (isCancelled) log.info("job cancelled", { ...about, detail });
  else log.warn("job failed", { ...about, code, hint, detail });
}

function outcomeOf({
  dir,
  manifest,
  bytes,
  cached = false,
}: StoredResult & { readonly cached?: boolean }): Omit<JobOutcome, "timings"> {
  return { success: true, cached, dataDir: dir, files: manifest.files.length, bytes, error: undefined };
}
