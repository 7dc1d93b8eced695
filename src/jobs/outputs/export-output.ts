import type { JobOutput } from "../../model/job.js";
import { checkSchemas } from "./check-schemas.js";
import { checkRequired } from "./missing-required.js";
import type { SchemaCache } from "./schema-cache.js";
import { unpackArchive } from "./unpack-archive.js";

/** One file of a result. */
export interface ResultFile {
  /** Below the result, with `/`: `raw/MySeed.db`. */
  readonly path: string;
  readonly size: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

/** A file that was hashed as it was written. */
export interface ExportedFile extends ResultFile {
  /** As the engine's file had it, whole seconds, epoch ms: with another one the file was written again since. */
  readonly mtimeMs: number;
}

export interface ExportSettings {
  /** Its texts are filled in already. */
  readonly output: JobOutput;
  /** A tar archive as Docker gives it out for `output.from`. */
  readonly archive: AsyncIterable<Buffer>;
  /** The job's staging folder; files land in `<dir>/<output.to>`. */
  readonly dir: string;
  /** All outputs of the job share it. */
  readonly budget: ByteBudget;
  /** Keeps compiled schemas from job to job. */
  readonly schemas: SchemaCache;
}

/** How many bytes a job may still take out. */
export interface ByteBudget {
  readonly maxBytes: number;
  takenBytes: number;
}

/**
 * Takes one output out of an engine: streams its archive to the staging folder, then checks what is required of it. The
 * content of a folder lands in `<dir>/<to>/`, a file as `<dir>/<to>/<its name>`. What was written stays on an error: it is
 * the staging folder's.
 * @returns the files in the order of their paths
 * @throws WarmError `rejected` (an entry that is no plain file or folder or has an unsafe name, an archive that is not whole,
 * too many bytes or entries, a required file that is missing, a file against its schema), `disk-full`; what `archive` throws
 * comes through as it is
 */
export async function exportOutput(settings: ExportSettings): Promise<ExportedFile[]> {
  const { output, dir, schemas } = settings;
  const files = await unpackArchive(settings);
  checkRequired(output, files);
  await checkSchemas({ output, files, dir, schemas });
  return files;
}
