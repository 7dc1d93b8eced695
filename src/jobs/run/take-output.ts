import { streamArchive } from "../../docker/observe/stream-archive.js";
import { toWarmError, WarmError } from "../../errors.js";
import type { JobOutput } from "../../model/job.js";
import type { GrantedLease } from "../../pool/pools.js";
import type { JobTools } from "../job-tools.js";
import { type ByteBudget, type ExportedFile, exportOutput } from "../outputs/export-output.js";
import { readThroughSession } from "./read-through-session.js";
import type { StopSignal } from "./stop-signal.js";

interface Taking {
  /** Its texts are filled in. */
  readonly output: JobOutput;
  readonly dir: string;
  readonly budget: ByteBudget;
  readonly lease: GrantedLease;
  readonly stop: StopSignal;
}

/** Where an output is taken from. */
export interface OutputSource {
  readonly containerId: string;
  /** A command of the job's own has it. */
  readonly isSessionBusy: boolean;
}

/**
 * Takes one output out of a container, whole and checked: through the engine's kept session where it is small, else by
 * Docker's archive call, which takes ten times as long to begin.
 * @throws WarmError `rejected` for what is no result
 */
export async function takeOutput(
  { output, dir, budget, lease, stop }: Taking,
  { containerId, isSessionBusy }: OutputSource,
  tools: JobTools,
): Promise<readonly ExportedFile[]> {
  const { schemas } = tools;
  const hasSession = containerId === lease.container.id && !isSessionBusy;
  const small = hasSession ? await readThroughSession(output.from, lease, stop, tools) : undefined;
  const archive = small ?? (await openArchive(output.from, containerId, stop, tools));
  return exportOutput({ output, archive, dir, budget, schemas });
}

async function openArchive(
  from: string,
  containerId: string,
  stop: StopSignal,
  { host }: JobTools,
): Promise<AsyncIterable<Buffer>> {
  try {
    return await streamArchive(host().host.reader, containerId, from, stop.signal);
  } catch (thrown) {
    const error = toWarmError(thrown);
    if (error.code !== "not-found") throw error;
    throw new WarmError("rejected", `the engine has no ${from}, an output of the job`, {
      hint: "see whether the job was done when it said so",
      cause: error,
    });
  }
}
