import { setMaxListeners } from "node:events";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { WarmError } from "../../errors.js";
import type { HostCommand } from "../../model/job.js";
import type { DataDirectory, Manifest, Staging, StoredResult } from "../data/data-directory.js";
import { FOLDER_MODE } from "../data/data-paths.js";
import { fillText } from "../fill-text.js";
import { runHostCommand } from "../host-commands/run-host-command.js";
import type { Job } from "../job.js";
import type { JobQueue } from "../job-queue.js";
import type { JobTools } from "../job-tools.js";
import { type BudgetShare, createBudgetShares } from "./budget-shares.js";
import { type PartResult, runPart } from "./run-part.js";

export interface RunSettings {
  readonly job: Job;
  readonly data: DataDirectory;
  readonly queue: JobQueue;
  /** As the pool's file names the image. */
  readonly imageReference: string;
  /** A try begins: worth remembering. */
  onTry(): void;
}

/** Of a message in the log. */
const LONGEST_DETAIL = 1_000;
/** Where the parts of a job stand until they are merged, by number. */
const CHUNKS = "chunks";

/**
 * The whole of a job: its parts on engines, merged where there are several, commands on the host, and the result in its place.
 * @throws WarmError; nothing of it can be seen then
 */
export async function runJob(settings: RunSettings, tools: JobTools): Promise<StoredResult> {
  const { job, data } = settings;
  let staged: Promise<Staging> | undefined;
  // Not before its turn: thousands may wait.
  const stage = () => {
    staged ??= data.stage(job.id);
    return staged;
  };
  try {
    const parts = await runParts(settings, stage, tools);
    const staging = await stage();
    job.enter("processing");
    await mergeParts(job, staging.dir, tools);
    for (const command of job.spec.post) await runOnHost(job, command, staging.dir, tools);
    const known = job.spec.chunks === undefined ? parts.flatMap(({ files }) => files) : [];
    return await data.publish(staging, manifestOf(settings, parts, tools), known);
  } finally {
    await staged?.then((staging) => staging.discard()).catch(() => undefined);
  }
}

/** All at once, as far as there are engines; the first that fails for good ends the others. */
async function runParts(
  settings: RunSettings,
  stage: Shared["stage"],
  tools: JobTools,
): Promise<PartResult[]> {
  const { job } = settings;
  const others = new AbortController();
  const cancel = AbortSignal.any([job.cancelled, others.signal]);
  // Each part listens.
  setMaxListeners(0, cancel);
  const shared = { stage, cancel, shares: createBudgetShares(job.spec.maxOutputBytes) };
  const count = job.spec.chunks?.count ?? 1;
  const running = Array.from({ length: count }, async (_, part) => {
    try {
      return await runOnePart(settings, part, shared, tools);
    } catch (error) {
      others.abort(new WarmError("interrupted", "another part of the job failed", { cause: error }));
      throw error;
    }
  });
  const ended = await Promise.allSettled(running);
  const failures = ended.filter((one) => one.status === "rejected").map(({ reason }) => reason as unknown);
  // Those that were ended because of it failed after it.
  if (failures.length > 0) throw (others.signal.reason as WarmError | undefined)?.cause ?? failures[0];
  return ended.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
}

/** What the parts of one job have in common. */
interface Shared {
  /** The same for all. */
  readonly stage: () => Promise<Staging>;
  readonly cancel: AbortSignal;
  readonly shares: () => BudgetShare;
}

async function runOnePart(
  { job, queue, onTry }: RunSettings,
  part: number,
  { stage, cancel, shares }: Shared,
  tools: JobTools,
): Promise<PartResult> {
  const { spec } = job;
  const budget = shares();
  const run = async () => {
    const { dir } = await stage();
    const partDir = spec.chunks === undefined ? dir : join(dir, CHUNKS, String(part));
    await mkdir(partDir, { recursive: true, mode: FOLDER_MODE });
    return runPart(
      {
        ...{ spec, pool: job.pool, jobId: job.id, part, priority: job.priority, dir: partDir, cancel },
        params: spec.chunks === undefined ? job.params : { ...job.params, [spec.chunks.param]: part },
        earlierTries: job.earlierTries,
        ...{ budget },
        async startOver() {
          budget.giveBack();
          await emptyFolder(partDir);
        },
        onTry(attempt, engine) {
          job.beginTry(part, attempt, engine);
          onTry();
        },
        onPhase: (phase) => job.enterPart(part, phase),
        onLine: (line) => job.say(line),
        onFailure(message) {
          job.failTry(message);
          const detail = `${job.id}: ${job.told(message, LONGEST_DETAIL)}`;
          tools.log.warn("job tried again", { job: job.id, pool: job.pool, detail });
        },
      },
      tools,
    );
  };
  const result = await queue.run(job.priority, run, cancel);
  job.enterPart(part, "done");
  return result;
}

async function mergeParts(job: Job, dir: string, tools: JobTools): Promise<void> {
  if (job.spec.merge === undefined) return;
  await runOnHost(job, job.spec.merge, dir, tools);
  await rm(join(dir, CHUNKS), { recursive: true, force: true });
}

async function runOnHost(
  job: Job,
  command: HostCommand,
  dir: string,
  { env, hostQueue }: JobTools,
): Promise<void> {
  const run = () =>
    runHostCommand({
      ...{ command, env, dir, jobId: job.id, params: job.params, baseDir: job.spec.baseDir },
      fill: (text) => fillText(text, { ...job.params, dir }),
      onLine: (line) => job.say(line),
      cancel: job.cancelled,
    });
  await hostQueue.run(job.priority, run, job.cancelled);
}

function manifestOf(
  { job, imageReference }: RunSettings,
  parts: readonly PartResult[],
  { wallMs }: JobTools,
): Omit<Manifest, "format" | "files"> {
  const [first, ...rest] = new Set(parts.map(({ imageId }) => imageId));
  if (first === undefined || rest.length > 0)
    throw new WarmError("rejected", "the parts of the job were made by engines of different images", {
      hint: "a rollout is under way: run the job again once it is over",
    });
  const { pool, key, params } = job;
  return {
    hash: job.hash,
    inputs: { pool, key, params, job: job.specHash, image: { reference: imageReference, id: first } },
    job: job.id,
    engines: parts.map(({ engine }) => engine),
    createdAt: new Date(wallMs()).toISOString(),
    timings: { ...job.timings() },
  };
}

async function emptyFolder(dir: string): Promise<void> {
  for (const name of await readdir(dir)) await rm(join(dir, name), { recursive: true, force: true });
}
