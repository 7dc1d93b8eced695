export type PlanFormat = "text" | "json" | "markdown";

/** Options of all that shows what stands between a host and a file. */
export interface LookOptions {
  readonly format: PlanFormat;
  /** A snapshot's file, or a watcher's URL. */
  readonly against?: string;
  /** Names the place, where one file is for several. */
  readonly environment?: string;
  readonly detailedExitcode?: boolean;
  readonly stateDir?: string;
}
