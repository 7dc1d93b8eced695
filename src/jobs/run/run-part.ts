import { toWarmError, WarmError } from "../../errors.js";
import type { JobPhase, JobSpec, ParamValue } from "../../model/job.js";
import { holdLease } from "../../pool/hold-lease.js";
import { LEASE_EXPIRED } from "../../pool/lease-watch.js";
import type { GrantedLease, ReleaseOutcome } from "../../pool/pools.js";
import { bindingFor } from "../drivers/start-work.js";
import { fillText } from "../fill-text.js";
import type { JobTools } from "../job-tools.js";
import type { ByteBudget, ExportedFile } from "../outputs/export-output.js";
import { isWorthAnotherTry, runTry } from "./run-try.js";
import { createStopSignal, type StopSignal } from "./stop-signal.js";

export interface PartSettings {
  readonly spec: JobSpec;
  readonly pool: string;
  readonly jobId: string;
  /** Identifies the part among those of its job: `0` where there is only one. */
  readonly part: number;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly priority: number;
  /** Tries that were made before warm was started anew. */
  readonly earlierTries: number;
  /** Empty at first. */
  readonly dir: string;
  /** Takes away what a failed try left in there. */
  startOver(): Promise<void>;
  readonly budget: ByteBudget;
  /** Its reason is a WarmError. */
  readonly cancel: AbortSignal;
  /** A try begins on this engine. */
  onTry(attempt: number, engine: string): void;
  onPhase(phase: JobPhase): void;
  onLine(line: string): void;
  /** A try failed and another one follows. */
  onFailure(message: string): void;
}

export interface PartResult {
  /** Below `dir`. */
  readonly files: readonly ExportedFile[];
  readonly engine: string;
  /** Of the engine that made it. */
  readonly imageId: string;
}

/** Pools are asked for an engine for as long as a job may wait. */
const LEASE_WAIT_MS = 24 * 3_600_000;
const ASK_AGAIN_MS = 1_000;
/** There is no engine now; there may be one later. */
const ASKED_AGAIN: ReadonlySet<string> = new Set([
  ...["queue-full", "no-engine", "engine-failed", "host-unreachable"],
]);
/** Docker tells the end of a container a little after its connections end. */
const TOLD_WITHIN_MS = 500;

/** A part of a job, on as many engines as it takes. @throws WarmError of the last try */
export async function runPart(settings: PartSettings, tools: JobTools): Promise<PartResult> {
  const { spec, earlierTries, cancel, onFailure } = settings;
  const last = spec.retries + 1;
  for (let attempt = earlierTries + 1; ; attempt += 1) {
    try {
      return await tryOnce(settings, attempt, tools);
    } catch (thrown) {
      const error = toWarmError(thrown);
      if (cancel.aborted || attempt >= last || !isWorthAnotherTry(error)) throw error;
      onFailure(error.message);
    }
    await settings.startOver();
    await untilHostAnswers(tools, cancel);
  }
}

/** While Docker is away no engine would do: it is no reason to use up the tries. */
async function untilHostAnswers({ host, sleep }: JobTools, cancel: AbortSignal): Promise<void> {
  for (;;) {
    if (cancel.aborted) throw cancel.reason;
    try {
      await host().host.reader.getJson("ask whether Docker is there", "/version");
      return;
    } catch (error) {
      if (toWarmError(error).code !== "host-unreachable") return;
    }
    await sleep(ASK_AGAIN_MS, cancel);
  }
}

async function tryOnce(settings: PartSettings, attempt: number, tools: JobTools): Promise<PartResult> {
  const { spec, cancel, jobId, part } = settings;
  settings.onPhase("leasing");
  const lease = await leaseEngine(settings, tools);
  const held = holdLease(tools.pools, lease);
  const stop = createStopSignal(spec.timeoutMs, cancel, tools.nowMs);
  const unwatch = tools.pools.onLeaseEnd(lease.id, (why) => stop.stop(lost(lease.engine, why)));
  let outcome: ReleaseOutcome = "dirty";
  let isEngineDone = false;
  try {
    settings.onTry(attempt, lease.engine);
    const imageId = tools.imageOf(lease.container.id);
    imageId.catch(() => undefined);
    const onPhase = (next: JobPhase) => {
      isEngineDone = next === "exporting";
      tools.pools.setActivity(lease.id, next);
      settings.onPhase(next);
    };
    const files = await runTry({ ...settings, lease, stop, onPhase }, tools);
    outcome = "clean";
    return { files, engine: lease.engine, imageId: await imageId };
  } catch (thrown) {
    const error = await explainLoss(toWarmError(thrown), stop, tools);
    // What ended in good order leaves an engine that a reset can make clean; of any other nothing is known.
    if (!stop.signal.aborted && (error.code === "rejected" || isEngineDone)) outcome = "clean";
    throw error;
  } finally {
    unwatch();
    stop.close();
    held
      .release(outcome)
      .catch((error: unknown) =>
        tools.log.debug("lease not given back", { job: jobId, part, detail: toWarmError(error).message }),
      );
  }
}

/** That a connection was lost says little: the pool hears right after it why. */
async function explainLoss(error: WarmError, stop: StopSignal, { sleep }: JobTools): Promise<WarmError> {
  if (error.code !== "engine-failed" || stop.signal.aborted) return error;
  await sleep(TOLD_WITHIN_MS, stop.signal);
  return stop.signal.aborted ? (stop.signal.reason as WarmError) : error;
}

/** Stands in the pool's queue, again where there was no place in it. */
async function leaseEngine(
  { spec, pool, jobId, params, priority, cancel }: PartSettings,
  { pools, sleep }: JobTools,
): Promise<GrantedLease> {
  const bind = bindingFor(spec.driver, (text) => fillText(text, params));
  for (;;) {
    if (cancel.aborted) throw cancel.reason;
    try {
      return await pools.lease(pool, {
        ...{ holder: holderOf(jobId), priority, bind, cancel },
        waitMs: LEASE_WAIT_MS,
      });
    } catch (thrown) {
      if (cancel.aborted) throw cancel.reason;
      const { code } = toWarmError(thrown);
      if (!ASKED_AGAIN.has(code)) throw thrown;
    }
    await sleep(ASK_AGAIN_MS, cancel);
  }
}

/** As `warm engines` shows it, and as a later run of warm finds what an earlier one held. */
export const holderOf = (jobId: string): string => `job ${jobId}`;

const lost = (engine: string, why: string) =>
  why === LEASE_EXPIRED
    ? new WarmError("deadline", `the lease of ${engine} ended before the job did`, {
        hint: "raise the pool's `lease.max`, or lower the job's `timeout`",
      })
    : new WarmError("engine-failed", `${engine} was lost under the job: ${why}`, {
        address: engine,
        hint: "`warm engines` shows what became of it",
      });
