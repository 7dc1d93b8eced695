import type { StopSignals } from "../../apply/apply-context.js";
import { toWarmError, WarmError } from "../../errors.js";
import type { JobView } from "../../model/job.js";
import { isFinished, type JobEnd } from "../../report/format-job-end.js";
import type { WarmClient } from "../../server/client/warm-client.js";
import { askAgain, isAway } from "./ask-again.js";

export interface FollowSettings {
  readonly client: Pick<WarmClient, "job" | "changedJob" | "cancelJob">;
  /** The first takes the job back, the second stops following it. */
  readonly stop: StopSignals;
  /** How long a watcher may be away. */
  readonly awayMs: number;
  readonly onChange: (view: JobView) => void;
  /** Told when the watcher does not answer; it is asked again. */
  readonly onTrouble: (error: WarmError) => void;
}

const POLL_MS = 20_000;

/** Follows a job that was asked for until it is over. Never throws. */
export async function followJob(accepted: JobView, settings: FollowSettings): Promise<JobEnd> {
  const { client, stop, awayMs, onChange, onTrouble } = settings;
  const left = new AbortController();
  const cancel = AbortSignal.any([stop.hard, left.signal]);
  let isOver = false;
  const takeBack = async () => {
    try {
      const { outcome, askers } = await client.cancelJob(accepted.id);
      if (outcome === undefined && askers > 0) left.abort();
    } catch (error) {
      // The job's end may be known before the reply to this.
      if (!isOver) onTrouble(toWarmError(error));
    }
  };
  stop.soft.addEventListener("abort", takeBack, { once: true });
  if (stop.soft.aborted) void takeBack();
  let view = accepted;
  try {
    while (!isFinished(view)) {
      const { id, revision } = view;
      // A watcher that was away may count revisions anew: how the job stands is asked first.
      const ask = (isAgain: boolean) =>
        isAgain ? client.job(id) : client.changedJob(id, revision, POLL_MS, cancel);
      view = await askAgain(ask, { forMs: awayMs, cancel, onTrouble });
      onChange(view);
    }
    return { type: "over", view };
  } catch (error) {
    if (cancel.aborted) return { type: "left", view };
    return { type: "lost", params: view.params, view, error: explain(toWarmError(error), view) };
  } finally {
    isOver = true;
    stop.soft.removeEventListener("abort", takeBack);
  }
}

function explain(error: WarmError, { id }: JobView): WarmError {
  if (!isAway(error)) return error;
  const message = `the watcher went away while job ${id} was under way: ${error.message}`;
  const hint = "the job goes on once `warm watch` runs again: `warm jobs` shows how it stands";
  return new WarmError(error.code, message, { hint, cause: error });
}
