import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";
import { createRedact } from "../apply/redact-events.js";
import { toWarmError, WarmError } from "../errors.js";
import type { JobView } from "../model/job.js";
import type { Desired } from "../model/resource.js";
import { createDataDirectories } from "./data-directories.js";
import { endJob } from "./end-job.js";
import { createImageMemory } from "./image-memory.js";
import { Job } from "./job.js";
import { type JobFiles, type JobRecord, openJobFiles } from "./job-files.js";
import { isSameParams } from "./job-inputs.js";
import { createJobQueue } from "./job-queue.js";
import { createJobQueues } from "./job-queues.js";
import { createJobTable } from "./job-table.js";
import type { JobTools } from "./job-tools.js";
import type { Jobs } from "./jobs.js";
import { createSchemaCache } from "./outputs/schema-cache.js";
import { type PreparedJob, prepareJob } from "./prepare-job.js";
import { runJob } from "./run/run-job.js";
import { holderOf } from "./run/run-part.js";
import { viewLostJob } from "./view-lost-job.js";

export interface JobRuntimeSettings extends Omit<JobTools, "schemas" | "hostQueue" | "imageOf" | "project"> {
  /** Where jobs are remembered over a restart; absolute. */
  readonly dir: string;
  /** What the file says. */
  readonly desired: Desired;
  /** Another text each time, lower-case letters and digits. */
  readonly random: () => string;
  /** Told of every change of every job. */
  readonly onChange?: (view: JobView) => void;
}

/** All jobs of one project. */
export interface JobRuntime extends Jobs {
  configure(desired: Desired): void;
  /** Takes up what an earlier run left: gives back its engines and runs its jobs again. Never throws. */
  resume(): Promise<void>;
  /** Gives up what is under way; the next run takes it up again. */
  stop(): Promise<void>;
}

/** Under way; more are not taken. */
const MOST_JOBS = 10_000;

/** Makes no call before a job is submitted, or resumed. */
export function openJobRuntime(settings: JobRuntimeSettings): JobRuntime {
  const { pools, host, log, nowMs, wallMs, random } = settings;
  let { desired } = settings;
  const life = new AbortController();
  setMaxListeners(0, life.signal);
  const files: JobFiles = openJobFiles(settings.dir);
  const data = createDataDirectories({ now: wallMs, random, log });
  const queues = createJobQueues((pool) => desired.pools.find(({ id }) => id === pool)?.policy);
  const dirs = new WeakMap<Job, string>();
  const table = createJobTable((job) => dirs.get(job) ?? "");
  const running = new Set<Promise<void>>();
  const tools: JobTools = {
    ...settings,
    get project() {
      return desired.project;
    },
    schemas: createSchemaCache(),
    hostQueue: createJobQueue(availableParallelism),
    imageOf: createImageMemory(host),
  };

  function makeJob(prepared: PreparedJob, asked: Pick<JobRecord, "id" | "submittedAt" | "tries">): Job {
    const { pool, spec, specHash, params, key, hash, request } = prepared;
    const { holder, priority = 0, force = false } = request;
    const job = new Job({
      ...{ pool, spec, specHash, params, key, hash, holder, priority, force },
      ...{ id: asked.id, submittedAt: asked.submittedAt, earlierTries: asked.tries },
      ...{ nowMs, wallMs, redact: createRedact(desired) ?? ((text) => text) },
      onChange: settings.onChange,
    });
    dirs.set(job, prepared.dataDir);
    return job;
  }

  function recordOf(job: Job, ended?: JobView): JobRecord {
    const { id, pool, params, holder, priority, force, submittedAt, tries } = job;
    const format = "warm.job-record/1";
    return { format, id, pool, params, holder, priority, force, submittedAt, tries, ended };
  }

  function start(job: Job, prepared: PreparedJob): void {
    table.add(job);
    const work = carryOut(job, prepared).finally(() => running.delete(work));
    running.add(work);
  }

  /** Never rejects. */
  async function carryOut(job: Job, { imageReference, dataDir }: PreparedJob): Promise<void> {
    const onTry = () => {
      // Worth no wait: a try that is not written down is made once more.
      files.write(recordOf(job), false).catch(() => undefined);
    };
    const why = stopping();
    const stopAll = () => job.stop(why);
    life.signal.addEventListener("abort", stopAll, { once: true });
    if (life.signal.aborted) stopAll();
    const result = await data
      .of(dataDir)
      .then((directory) =>
        runJob({ job, data: directory, queue: queues.of(job.pool), imageReference, onTry }, tools),
      )
      .catch((error: unknown) => toWarmError(error));
    life.signal.removeEventListener("abort", stopAll);
    // The next run takes it up again: it is not over, unless it was taken back before.
    if (job.cancelled.reason === why && result instanceof WarmError) return;
    endJob(job, result, log);
    table.settle(job);
    await files
      .write(recordOf(job, job.view()))
      .catch((error: unknown) =>
        log.warn("job not written down", { job: job.id, detail: toWarmError(error).message }),
      );
    const { data: wanted } = desired;
    if (wanted.maxBytes !== undefined && wanted.dir === dataDir)
      await data.prune(dataDir, wanted.maxBytes, table.wanted(wallMs()));
  }

  /** @throws WarmError `in-use` when what is under way is another one */
  function join({ pool, params, dataDir, hash, key, specHash }: PreparedJob): Job | undefined {
    const known = table.making(dataDir, hash);
    if (known === undefined || known.cancelled.aborted) return undefined;
    if (known.pool === pool && known.key === key && isSameParams(known.params, params)) {
      if (known.specHash !== specHash)
        throw new WarmError("in-use", `${pool}: ${known.id} makes this result now, as the file was before`, {
          hint: `wait until it is over, or cancel it: \`warm cancel ${known.id}\``,
        });
      known.join();
      return known;
    }
    throw new WarmError(
      "in-use",
      `${pool}: ${known.id} makes the result of this key now, with other parameters`,
      {
        hint: "put every parameter that matters into the job's `key`, or wait until it is over",
      },
    );
  }

  const newId = (hash: string) => `job-${hash.slice(0, 8)}-${random().slice(0, 12)}`;

  const submit: Jobs["submit"] = async (pool, request) => {
    if (life.signal.aborted) throw stopping();
    const prepared = await prepareJob(pool, request, desired, tools);
    const joined = join(prepared);
    if (joined !== undefined) return joined.view();
    const submittedAt = new Date(wallMs()).toISOString();
    const job = makeJob(prepared, { id: newId(prepared.hash), submittedAt, tries: 0 });
    const found = await data.lookUp(prepared);
    if (found !== undefined) {
      endJob(job, { ...found, cached: true }, log);
      table.remember(job.view());
      return job.view();
    }
    // Somebody else may have asked for it meanwhile.
    const joinedLate = join(prepared);
    if (joinedLate !== undefined) return joinedLate.view();
    // It may have been stopped meanwhile, and nobody waits for what is begun after that.
    if (life.signal.aborted) throw stopping();
    if (table.active().length >= MOST_JOBS)
      throw new WarmError("queue-full", `${pool}: ${MOST_JOBS} jobs wait already`, {
        hint: "try again later",
      });
    start(job, prepared);
    try {
      await files.write(recordOf(job));
    } catch (error) {
      job.stop(toWarmError(error));
      throw error;
    }
    return job.view();
  };

  async function resumeOne(record: JobRecord): Promise<void> {
    const { id, pool, params, holder, priority, force, submittedAt, tries } = record;
    const prepared = await prepareJob(pool, { params, holder, priority, force }, desired, tools);
    // One with a higher number of tries than it may have gets one more: warm was at fault, not the engine.
    const job = makeJob(prepared, { id, submittedAt, tries: Math.min(tries, prepared.spec.retries) });
    const made = await data.lookUp(prepared);
    if (made !== undefined && made.manifest.job === id) {
      endJob(job, made, log);
      table.remember(job.view());
      await files.write(recordOf(job, job.view()));
      return;
    }
    log.info("job taken up again", { job: id, pool, detail: `${id} of ${pool}: warm was stopped under it` });
    start(job, prepared);
  }

  /** What an earlier run held, also of jobs whose end it had still written down: nobody renews that any more. */
  async function giveBackEngines(records: readonly JobRecord[]): Promise<void> {
    const holders = new Set(records.map(({ id }) => holderOf(id)));
    for (const { id, holder } of pools.leases())
      if (holders.has(holder)) await pools.release(id, undefined, "dirty").catch(() => undefined);
  }

  async function resume(): Promise<void> {
    const records = await files.load().catch((thrown: unknown) => {
      const { message, hint } = toWarmError(thrown);
      log.error("jobs not read", { hint, detail: message });
      return [];
    });
    await giveBackEngines(records);
    for (const record of records) {
      if (record.ended !== undefined) table.remember(record.ended);
      else
        await resumeOne(record).catch(async (thrown: unknown) => {
          const error = toWarmError(thrown);
          const detail = `${record.id} of ${record.pool} cannot be taken up again: ${error.message}`;
          log.error("job lost", { job: record.id, pool: record.pool, detail });
          const ended = viewLostJob(record, error, wallMs());
          table.remember(ended);
          await files.write({ ...record, ended }).catch(() => undefined);
        });
    }
    await data.of(desired.data.dir).catch(() => undefined);
  }

  return {
    submit,
    get: table.view,
    list: table.views,
    async changed(id, after, waitMs, cancel) {
      await table.find(id)?.changed(after, waitMs, cancel);
      return table.view(id);
    },
    async cancel(id) {
      table.find(id)?.leave();
      return table.view(id);
    },
    configure(next) {
      if (desired === next) return;
      desired = next;
      queues.wake();
    },
    resume,
    async stop() {
      life.abort();
      await Promise.all(running);
    },
  };
}

const stopping = () =>
  new WarmError("interrupted", "warm is being stopped; the job goes on once it runs again", {
    hint: "`warm jobs` shows it then",
  });
