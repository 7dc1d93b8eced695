import type { JobView, ParamValue } from "../model/job.js";

export interface JobRequest {
  readonly params: Readonly<Record<string, ParamValue>>;
  /** Who wants it, for people. */
  readonly holder: string;
  /** Higher ones are served first; default 0. Within one the order is that of arrival. */
  readonly priority?: number | undefined;
  /** Made anew although a result is there; the old one stays until the new one takes its place. */
  readonly force?: boolean | undefined;
  /** A result that is there counts only if its files still have the hashes of its manifest. */
  readonly verify?: boolean | undefined;
}

/** Jobs at run time. Every method throws WarmError. */
export interface Jobs {
  /**
   * Resolves once the job is accepted and on disk, or over at once because its result is there. An equal job that is under
   * way is joined.
   * @throws WarmError `usage` (parameters, all problems at once) · `not-found` (no such pool, or it declares no job) ·
   * `queue-full` · `in-use` (a job with other parameters makes the same result now)
   */
  submit(pool: string, request: JobRequest): Promise<JobView>;
  /** @throws WarmError `not-found` */
  get(id: string): JobView;
  /** Those that are not over, and the last ones that are, newest first. */
  list(): JobView[];
  /**
   * Waits until the job has a later revision than `after`, at most `waitMs`; at once when it is over.
   * @throws WarmError `not-found`, `interrupted` when `cancel` fires
   */
  changed(id: string, after: number, waitMs: number, cancel?: AbortSignal): Promise<JobView>;
  /**
   * One of those who asked takes it back; with the last of them the job is cancelled. Fine when it is over.
   * @throws WarmError `not-found`
   */
  cancel(id: string): Promise<JobView>;
}
