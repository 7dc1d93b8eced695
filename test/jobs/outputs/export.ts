import { type ByteBudget, exportOutput } from "../../../src/jobs/outputs/export-output.js";
import { createSchemaCache } from "../../../src/jobs/outputs/schema-cache.js";
import type { JobOutput } from "../../../src/model/job.js";
import { inPieces } from "./archives.js";

export interface Exporting {
  readonly output?: Partial<JobOutput>;
  readonly budget?: ByteBudget;
  /** Bytes that come in at once. */
  readonly piece?: number;
}

export const anOutput = (output: Partial<JobOutput> = {}): JobOutput => ({
  from: "/config/world",
  to: "raw",
  require: [],
  ready: undefined,
  schemas: {},
  ...output,
});

/** Exports an archive to a folder. */
export function exportTo(dir: string, archive: Buffer | AsyncIterable<Buffer>, exporting: Exporting = {}) {
  const { output, budget = { maxBytes: 2 ** 30, takenBytes: 0 }, piece = 65_536 } = exporting;
  return exportOutput({
    output: anOutput(output),
    archive: Buffer.isBuffer(archive) ? inPieces(archive, piece) : archive,
    dir,
    budget,
    schemas: createSchemaCache(),
  });
}
