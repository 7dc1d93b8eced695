import { setMaxListeners } from "node:events";
import { toWarmError, type WarmError } from "../../errors.js";
import type { JobEnd } from "../../report/format-job-end.js";
import type { WarmClient } from "../../server/client/warm-client.js";
import { followJob } from "./follow-job.js";
import type { JobSink } from "./job-sink.js";
import type { Params } from "./read-params.js";
import { type Submission, type SubmitSettings, submitJobs } from "./submit-jobs.js";

export interface BatchSettings extends Omit<SubmitSettings, "onTrouble"> {
  readonly client: Pick<WarmClient, "submitJob" | "job" | "changedJob" | "cancelJob">;
  readonly sink: JobSink;
}

export interface BatchResult {
  /** In the order in which the jobs were given; undefined for those that were not asked for. */
  readonly ends: readonly (JobEnd | undefined)[];
  /** Why the others were not asked for. */
  readonly failure: WarmError | undefined;
}

/** Followed at once, each with a connection. More than a pool has engines. */
const MOST = 128;

/** Asks for jobs, one or many, and waits until each of them is over. Never throws. */
export async function runBatch(all: readonly Params[], settings: BatchSettings): Promise<BatchResult> {
  const { sink, stop } = settings;
  setMaxListeners(0, stop.soft, stop.hard);
  const ends = all.map((): JobEnd | undefined => undefined);
  const followed = new Set<Promise<void>>();
  let failure: WarmError | undefined;
  let isTroubled = false;
  const onTrouble = (error: WarmError) => {
    if (!isTroubled) sink.trouble(error);
    isTroubled = true;
  };

  const finish = (index: number, end: JobEnd) => {
    ends[index] = end;
    sink.ended(index, end);
  };
  const follow = async ({ index, ...submission }: Submission): Promise<void> => {
    if ("error" in submission)
      return finish(index, { type: "lost", params: all[index] ?? {}, view: undefined, ...submission });
    let { view } = submission;
    sink.changed(index, undefined, view);
    const end = await followJob(view, {
      ...{ ...settings, onTrouble },
      onChange(next) {
        isTroubled = false;
        sink.changed(index, view, next);
        view = next;
      },
    });
    finish(index, end);
  };

  try {
    for await (const submission of submitJobs(all, { ...settings, onTrouble })) {
      const following = follow(submission).finally(() => followed.delete(following));
      followed.add(following);
      while (followed.size >= MOST) await Promise.race(followed);
    }
  } catch (error) {
    failure = toWarmError(error);
  }
  await Promise.all(followed);
  return { ends, failure };
}
