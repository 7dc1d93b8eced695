import { setTimeout as delay } from "node:timers/promises";
import type { StopSignals } from "../../apply/apply-context.js";
import { toWarmError, type WarmError } from "../../errors.js";
import type { JobRequest } from "../../jobs/jobs.js";
import type { JobView } from "../../model/job.js";
import type { WarmClient } from "../../server/client/warm-client.js";
import { askAgain } from "./ask-again.js";
import type { Params } from "./read-params.js";

export interface SubmitSettings {
  readonly client: Pick<WarmClient, "submitJob">;
  readonly pool: string;
  readonly request: Omit<JobRequest, "params">;
  readonly stop: StopSignals;
  /** Others go on without one that is refused, and wait for room in the queue. */
  readonly isBatch: boolean;
  /** How long a watcher may be away once a job was accepted. */
  readonly awayMs: number;
  readonly onTrouble: (error: WarmError) => void;
}

export type Submission = { readonly index: number } & (
  | { readonly view: JobView }
  /** It was not accepted; others may be. */
  | { readonly error: WarmError }
);

const FULL_MS = 500;

/**
 * Asks for jobs one after the other, so that they stand in the queue in their order. Ends early when it is to stop.
 * @throws WarmError what would become of all others too; where there is no batch, why the job was not accepted
 */
export async function* submitJobs(
  all: readonly Params[],
  settings: SubmitSettings,
): AsyncGenerator<Submission> {
  const { stop } = settings;
  let hasAccepted = false;
  for (const [index, params] of all.entries()) {
    const submission = await submitOne(params, { ...settings, hasAccepted });
    if (submission === undefined) return;
    hasAccepted ||= "view" in submission;
    yield { index, ...submission };
    if (stop.soft.aborted) return;
  }
}

interface OneSettings extends SubmitSettings {
  readonly hasAccepted: boolean;
}

/** @returns undefined when it was to stop before there was room */
async function submitOne(
  params: Params,
  settings: OneSettings,
): Promise<{ readonly view: JobView } | { readonly error: WarmError } | undefined> {
  const { client, pool, request, stop, awayMs, onTrouble, isBatch, hasAccepted } = settings;
  const submit = () => client.submitJob(pool, { ...request, params });
  while (!stop.soft.aborted) {
    try {
      // Never cut off: what was accepted meanwhile would be nobody's.
      const asking = hasAccepted
        ? askAgain(submit, { forMs: awayMs, cancel: stop.soft, onTrouble })
        : submit();
      return { view: await asking };
    } catch (thrown) {
      const error = toWarmError(thrown);
      if (!isBatch || isSameForAll(error)) throw error;
      if (error.code !== "queue-full") return { error };
    }
    await delay(FULL_MS, undefined, { signal: stop.soft }).catch(() => undefined);
  }
  return undefined;
}

const isSameForAll = ({ code }: WarmError) =>
  code === "no-watcher" || code === "deadline" || code === "not-found" || code === "rejected";
