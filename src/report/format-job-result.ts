import type { ParamValue } from "../model/job.js";
import type { JobEnd } from "./format-job-end.js";
import { formatJson } from "./text/format-json.js";

/**
 * What became of a job as one line of JSON, `warm.job/1`. Names and units (seconds) are those that scripts for the earlier
 * pipeline read: `restart_time` is what loading took. Every member is always there, null when it is not known; `seed`
 * when there is a parameter of that name.
 */
export function formatJobResult(end: JobEnd, pool: string): string {
  const { view } = end;
  const outcome = view?.outcome;
  const timings = outcome?.timings;
  const params = end.type === "lost" ? end.params : end.view.params;
  return formatJson(
    {
      format: "warm.job/1",
      success: outcome?.success ?? false,
      cached: outcome?.cached ?? false,
      total_time: seconds(timings?.totalMs),
      data_dir: outcome?.dataDir ?? null,
      restart_time: seconds(timings?.loadingMs),
      generation_time: seconds(timings?.generatingMs),
      export_time: seconds(timings?.exportingMs),
      queue_time: seconds(timings && timings.queuedMs + timings.leasingMs),
      processing_time: seconds(timings?.processingMs),
      job_id: view?.id ?? null,
      engine_id: view?.engine ?? null,
      seed_hash: view?.hash ?? null,
      ...seedOf(params),
      params,
      pool,
      attempts: view?.attempt ?? 0,
      error: errorOf(end),
    },
    0,
  );
}

const seconds = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms) / 1000);

const seedOf = (params: Readonly<Record<string, ParamValue>>) =>
  Object.hasOwn(params, "seed") ? { seed: params.seed } : {};

function errorOf(end: JobEnd) {
  switch (end.type) {
    case "over": {
      const { success, error } = end.view.outcome;
      if (success) return null;
      if (error === undefined) return toError("internal", `the job is ${end.view.state}`);
      return toError(error.code, error.message, error.hint);
    }
    case "left":
      return toError("interrupted", "nobody waited for its end");
    case "lost":
      return toError(end.error.code, end.error.message, end.error.hint);
    default:
      return end satisfies never;
  }
}

const toError = (code: string, message: string, hint?: string) => ({ code, message, hint: hint ?? null });
