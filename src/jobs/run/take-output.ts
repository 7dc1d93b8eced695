import { streamArchive } from "../../docker/observe/stream-archive.js";
import { toWarmError, WarmError } from "../../errors.js";
import type { JobOutput } from "../../model/job.js";
import type { JobTools } from "../job-tools.js";
import { type ByteBudget, type ExportedFile, exportOutput } from "../outputs/export-output.js";
import type { StopSignal } from "./stop-signal.js";

interface Taking {
  /** Its texts are filled in. */
  readonly output: JobOutput;
  readonly dir: string;
  readonly budget: ByteBudget;
  readonly stop: StopSignal;
}

/** Takes one output out of a container, whole and checked. @throws WarmError `rejected` for what is no result */
export async function takeOutput(
  { output, dir, budget, stop }: Taking,
  containerId: string,
  { host, schemas }: JobTools,
): Promise<readonly ExportedFile[]> {
  const archive = await streamArchive(host().host.reader, containerId, output.from, stop.signal).catch(
    (thrown: unknown) => {
      const error = toWarmError(thrown);
      if (error.code !== "not-found") throw error;
      throw new WarmError("rejected", `the engine has no ${output.from}, an output of the job`, {
        hint: "see whether the job was done when it said so",
        cause: error,
      });
    },
  );
  return exportOutput({ output, archive, dir, budget, schemas });
}
