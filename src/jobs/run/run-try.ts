import pLimit from "p-limit";
import { toWarmError, WarmError } from "../../errors.js";
import type { JobOutput, JobPhase, JobSpec, ParamValue } from "../../model/job.js";
import type { GrantedLease } from "../../pool/pools.js";
import type { StartedWork } from "../drivers/driver.js";
import { startWork } from "../drivers/start-work.js";
import { fillText } from "../fill-text.js";
import type { JobTools } from "../job-tools.js";
import type { ByteBudget, ExportedFile } from "../outputs/export-output.js";
import type { StopSignal } from "./stop-signal.js";
import { takeOutput } from "./take-output.js";
import { showLine, type Watched, watchFor } from "./witness.js";
import { watchFiles } from "./witness-files.js";

export interface TrySettings {
  readonly spec: JobSpec;
  /** With the part's number, where the job has parts. */
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly jobId: string;
  readonly lease: GrantedLease;
  /** Empty; the outputs land in there. */
  readonly dir: string;
  readonly budget: ByteBudget;
  readonly stop: StopSignal;
  onPhase(phase: JobPhase): void;
  onLine(line: string): void;
}

/** What the engine says too late by that much still counts: its log and its other words take different ways. */
const GRACE_MS = 1_000;
const EXPORTS_AT_ONCE = 4;

/**
 * One try of a job, or of one part, on a leased engine: tell it, wait for its words, take out what it made.
 * @returns the files, below `dir`
 * @throws WarmError; `engine-failed` and its like where another engine may do
 */
export async function runTry(settings: TrySettings, tools: JobTools): Promise<readonly ExportedFile[]> {
  const { spec, params, stop, onPhase } = settings;
  const confirm = spec.confirm && watchFor(spec.confirm, params);
  const done = spec.done && watchFor(spec.done, params);
  const outputs = spec.outputs.map((output) => ({
    output: fillOutput(output, params),
    ready: output.ready && watchFor(output.ready, params),
  }));
  const others = [done, ...outputs.map(({ ready }) => ready)].filter((one) => one !== undefined);
  onPhase("loading");
  const files = watchFiles(confirm === undefined ? others : [confirm, ...others], params, tools);
  await stop.race(files.expectNone(settings.lease.container.id));
  const work = await begin(settings, (line) => showLine(confirm, others, line), tools);
  const exports = exportOnce(settings, work, tools);
  try {
    files.follow(work.containerId, stop.signal);
    if (confirm === undefined) onPhase("generating");
    else confirm.seen.then(() => !stop.signal.aborted && onPhase("generating"));
    for (const { output, ready } of outputs) ready?.seen.then(() => exports.takeEarly(output));
    await stop.race(untilDone(spec, work, done));
    if (confirm !== undefined) await stop.race(untilConfirmed(confirm, params));
    onPhase("exporting");
    const all = outputs.map(({ output }) => exports.take(output));
    return (await stop.race(Promise.all(all))).flat();
  } finally {
    await work.close();
    // Nobody writes into the folder any more once this is over.
    await exports.close();
  }
}

/** Each output is taken out once, whoever asks for it first: the word that it is ready, or the end of the job. */
function exportOnce(settings: TrySettings, { containerId, ended }: StartedWork, tools: JobTools) {
  const { spec, stop } = settings;
  const limit = pLimit(EXPORTS_AT_ONCE);
  const takings = new Map<JobOutput, Promise<readonly ExportedFile[]>>();
  let isClosed = false;
  // The program of the job has the session until it ends, also where the engine's word came before.
  let isSessionBusy = spec.driver.type === "exec";
  const free = () => {
    isSessionBusy = false;
  };
  ended.then(free, free);
  function take(output: JobOutput): Promise<readonly ExportedFile[]> {
    const known = takings.get(output);
    if (known !== undefined) return known;
    const taking = limit(() => takeOutput({ ...settings, output }, { containerId, isSessionBusy }, tools));
    takings.set(output, taking);
    return taking;
  }
  return {
    take,
    /** One that fails ends the try at once: the engine is still at it, and not to be used again as it is. */
    takeEarly(output: JobOutput): void {
      if (!isClosed) take(output).catch((error: unknown) => stop.stop(toWarmError(error)));
    },
    async close(): Promise<void> {
      isClosed = true;
      await Promise.allSettled(takings.values());
    },
  };
}

/** The driver may still be at it when the try is given up: what it made is taken away then. */
async function begin(
  { spec, params, jobId, lease, stop, onLine }: TrySettings,
  show: (line: string) => void,
  { host, pools, project }: JobTools,
): Promise<StartedWork> {
  const starting = startWork(spec.driver, {
    lease,
    host,
    exec: (command, options) => pools.exec(lease.id, lease.fence, command, options),
    fill: (text) => fillText(text, params),
    ...{ params, jobId, project },
    onLine(line) {
      show(line);
      onLine(line);
    },
    leftMs: stop.leftMs,
    cancel: stop.signal,
  });
  try {
    return await stop.race(starting);
  } catch (error) {
    starting.then(
      (work) => work.close(),
      () => undefined,
    );
    throw error;
  }
}

/** The engine's word where the job names one, else the driver's. */
async function untilDone(spec: JobSpec, work: StartedWork, done: Watched | undefined): Promise<void> {
  if (done === undefined) return work.ended;
  const ended = work.ended.then(async () => {
    // Only a container of its own has nothing more to say once it has ended.
    if (spec.driver.type !== "restart") return never();
    await Promise.race([done.seen, delay(GRACE_MS)]);
    if (done.isSeen) return;
    throw new WarmError(
      "engine-failed",
      "the job's container ended without the word that shows that it is done",
    );
  });
  await Promise.race([done.seen, ended]);
}

async function untilConfirmed(confirm: Watched, params: TrySettings["params"]): Promise<void> {
  await Promise.race([confirm.seen, delay(GRACE_MS)]);
  if (confirm.isSeen) return;
  const { witness } = confirm;
  const shown = fillText(witness.type === "log" ? witness.text : witness.path, params).slice(0, 200);
  throw new WarmError("unconfirmed", `the engine never confirmed what it was asked for: \`${shown}\``, {
    hint: "it may have ignored a parameter, so what it made is no result; its log says more",
  });
}

function fillOutput(output: JobOutput, params: TrySettings["params"]): JobOutput {
  const fill = (text: string) => fillText(text, params);
  return { ...output, from: fill(output.from), require: output.require.map(fill) };
}

const never = () => new Promise<never>(() => undefined);
const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());

/** Whether another engine may do what this one did not. */
export function isWorthAnotherTry(error: unknown): boolean {
  return WORTH_ANOTHER_TRY.has(toWarmError(error).code);
}

const WORTH_ANOTHER_TRY: ReadonlySet<string> = new Set([
  ...["engine-failed", "lease-ended", "stale-fence", "host-unreachable", "host-protocol", "docker-failed"],
]);
