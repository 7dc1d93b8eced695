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
import { type Watched, watchFor } from "./witness.js";
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
  const watched = [confirm, done, ...outputs.map(({ ready }) => ready)].filter((one) => one !== undefined);
  onPhase("loading");
  const files = watchFiles(watched, params, tools);
  await stop.race(files.expectNone(settings.lease.container.id));
  const work = await begin(settings, watched, tools);
  const takings: Promise<unknown>[] = [];
  try {
    files.follow(work.containerId, stop.signal);
    const limit = pLimit(EXPORTS_AT_ONCE);
    let isSessionBusy = spec.driver.type === "exec";
    const take = (output: JobOutput) => {
      const source = { containerId: work.containerId, isSessionBusy };
      const taking = limit(() => takeOutput({ ...settings, output }, source, tools));
      takings.push(taking);
      return taking;
    };
    if (confirm === undefined) onPhase("generating");
    else confirm.seen.then(() => !stop.signal.aborted && onPhase("generating"));
    const early = outputs.map(({ output, ready }) => ready?.seen.then(() => take(output)));
    const failsEarly = Promise.all(early.filter((one) => one !== undefined)).then(() => never());
    await stop.race(Promise.race([untilDone(spec, work, done), failsEarly]));
    if (confirm !== undefined) await stop.race(untilConfirmed(confirm, params));
    onPhase("exporting");
    isSessionBusy = false;
    const exports = outputs.map(
      ({ output, ready }, index) => (ready?.isSeen && early[index]) || take(output),
    );
    return (await stop.race(Promise.all(exports))).flat();
  } finally {
    await work.close();
    // Nobody writes into the folder any more once this is over.
    await Promise.allSettled(takings);
  }
}

/** The driver may still be at it when the try is given up: what it made is taken away then. */
async function begin(
  { spec, params, jobId, lease, stop, onLine }: TrySettings,
  watched: readonly Watched[],
  { host, pools, project }: JobTools,
): Promise<StartedWork> {
  const starting = startWork(spec.driver, {
    lease,
    host,
    exec: (command, options) => pools.exec(lease.id, lease.fence, command, options),
    fill: (text) => fillText(text, params),
    ...{ params, jobId, project },
    onLine(line) {
      for (const one of watched) one.take(line);
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
