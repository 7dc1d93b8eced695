import { WarmError } from "../errors.js";
import type { JobOutcome, JobView } from "../model/job.js";
import type { Jobs } from "./jobs.js";

/** A job that is over. */
export type EndedJob = JobView & { readonly outcome: JobOutcome };

const LOOK_AGAIN_MS = 30_000;

/**
 * Waits for the end of a job.
 * @param view as it was submitted
 * @throws WarmError `interrupted` when `cancel` fires: the job is taken back
 */
export async function untilEnded(
  jobs: Pick<Jobs, "changed" | "cancel">,
  view: JobView,
  {
    cancel,
    onChange,
  }: { readonly cancel?: AbortSignal | undefined; onChange?: ((view: JobView) => void) | undefined },
): Promise<EndedJob> {
  let last = view;
  for (;;) {
    onChange?.(last);
    if (isEnded(last)) return last;
    try {
      last = await jobs.changed(last.id, last.revision, LOOK_AGAIN_MS, cancel);
    } catch (error) {
      if (!cancel?.aborted) throw error;
      await jobs.cancel(last.id);
      throw new WarmError("interrupted", `job ${last.id} was taken back`);
    }
  }
}

const isEnded = (view: JobView): view is EndedJob => view.outcome !== undefined;
