import type { JobRequest } from "../../jobs/jobs.js";
import type { Call } from "./call-server.js";

/** What a watcher that is well answers by far, beyond the time that it was asked to wait. */
const ANSWER_MS = 30_000;

export const jobPath = (id: string) => `/v1/jobs/${encodeURIComponent(id)}`;

export function submitJobCall(pool: string, request: JobRequest): Call {
  const path = `/v1/engines/${encodeURIComponent(pool)}/jobs`;
  const { params, holder, priority, force, verify } = request;
  const body = { params, holder, priority, force, verify };
  return { does: "submit a job", method: "POST", path, body, deadlineMs: ANSWER_MS };
}

export function changedJobCall(
  id: string,
  after: number,
  waitMs: number,
  cancel: AbortSignal | undefined,
): Call {
  return {
    ...{ does: "wait for a job", method: "GET", path: `${jobPath(id)}?after=${after}`, cancel },
    // The header has whole seconds.
    headers: { prefer: `wait=${Math.ceil(waitMs / 1000)}` },
    deadlineMs: waitMs + ANSWER_MS,
  };
}

export const cancelJobCall = (id: string): Call => ({
  ...{ does: "cancel a job", method: "DELETE", path: jobPath(id) },
  deadlineMs: ANSWER_MS,
});
