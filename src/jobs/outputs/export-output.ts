import type { JobOutput } from "../../model/job.js";

/** One file of a result. */
export interface ResultFile {
  /** Below the result, with `/`: `raw/MySeed.db`. */
  readonly path: string;
  readonly size: number;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
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
}

/** How many bytes a job may still take out. */
export interface ByteBudget {
  readonly maxBytes: number;
  takenBytes: number;
}
