import type { Secret } from "./secret.js";

/** What shows that something happened; texts hold `{param}` as written. */
export type Witness =
  | { readonly type: "log"; readonly text: string }
  | { readonly type: "file"; readonly path: string; readonly contains: string | undefined };

export type ParamValue = string | number | boolean;

export interface JobParam {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean";
  /** undefined: the caller must give a value. */
  readonly default: ParamValue | undefined;
  /** Of a string, in characters. */
  readonly minLength: number;
  readonly maxLength: number;
  /** A regular expression that a whole string matches. */
  readonly pattern: string | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
}

export interface JobOutput {
  /** Absolute path inside the engine; may hold `{param}`. */
  readonly from: string;
  /** One folder name below the result. */
  readonly to: string;
  /** Patterns, each of which at least one file must match; may hold `{param}`. */
  readonly require: readonly string[];
  /** Shows that these files are finished while the job goes on: they are taken out meanwhile. */
  readonly ready: Witness | undefined;
  /** Absolute path of a JSON Schema by pattern: every JSON file that matches is checked against it. */
  readonly schemas: Readonly<Record<string, string>>;
}

/** How a job reaches its engine. All texts hold `{param}` as written. */
export type JobDriver =
  /** A line to the standard input of the engine's process, or into a named pipe of the engine. */
  | { readonly type: "console"; readonly command: string; readonly fifo: string | undefined }
  /** A program in the engine; its end with exit code 0 is the end of the work. */
  | { readonly type: "exec"; readonly command: readonly string[] }
  /** An environment file, and a signal to the engine's process (its PID 1). */
  | {
      readonly type: "signal";
      readonly signal: string;
      readonly file: string;
      readonly env: Readonly<Record<string, string>>;
    }
  /** One request with the parameters as JSON; a reply of 200 to 299 says that it was taken, and with `done` missing that it is done. */
  | {
      readonly type: "http";
      readonly port: number;
      readonly method: "POST" | "PUT";
      readonly path: string;
    }
  /** One command by Source RCON. */
  | {
      readonly type: "rcon";
      readonly port: number;
      readonly password: string | Secret;
      readonly command: string;
    }
  /**
   * A container of its own with the parameters as environment, on the engine's volumes, while the engine is frozen. Its end
   * with exit code 0 is the end of the work where nothing else shows it.
   */
  | {
      readonly type: "restart";
      readonly env: Readonly<Record<string, string>>;
      readonly command: readonly string[] | undefined;
    };

/** A command on the host of warm, in the folder of warm.yaml. `{dir}` is the job's folder, `{param}` a parameter. */
export interface HostCommand {
  readonly command: readonly string[];
  readonly timeoutMs: number;
}

/** One kind of job: what an engine is told, how it shows that it is done, and what is taken out of it. */
export interface JobSpec {
  readonly driver: JobDriver;
  readonly params: readonly JobParam[];
  readonly key: string;
  readonly confirm: Witness | undefined;
  /** Undefined: the driver knows the end. */
  readonly done: Witness | undefined;
  /** Of one try, from the engine in hand to its last exported file. */
  readonly timeoutMs: number;
  /** More tries, on other engines, after one that failed under the job. */
  readonly retries: number;
  readonly outputs: readonly JobOutput[];
  /** All outputs of one job together may not have more. */
  readonly maxOutputBytes: number;
  /** Run after the export, before anybody sees the result. */
  readonly post: readonly HostCommand[];
  /** The job's parts, each run on an engine of its own with its number (from 0) as the parameter. */
  readonly chunks: { readonly count: number; readonly param: string } | undefined;
  /** Makes one result of the parts, which stand in `{dir}/chunks/<number>`. */
  readonly merge: HostCommand | undefined;
  /** Where commands on the host run: the folder of warm.yaml, absolute. */
  readonly baseDir: string;
}

/** Where results land and how much of them is kept. */
export interface DataSettings {
  /** Absolute. */
  readonly dir: string;
  /** Of all results together; the least recently used ones go. Undefined: no limit. */
  readonly maxBytes: number | undefined;
}

/**
 * queued: nobody works on it yet · leasing: waits for an engine · loading: the engine was told and has not confirmed ·
 * generating: until the outputs are complete · exporting: they are taken out · processing: commands on the host, and the
 * publishing.
 */
export const JOB_PHASES = ["queued", "leasing", "loading", "generating", "exporting", "processing"] as const;
export type JobPhase = (typeof JOB_PHASES)[number];
export type JobState = JobPhase | "done" | "failed" | "cancelled";

/** One part of a job that has several. */
export interface ChunkView {
  readonly number: number;
  readonly state: JobState;
  readonly engine: string | undefined;
  readonly attempt: number;
}

/** A job as others see it. */
export interface JobView {
  readonly id: string;
  /** Grows with every change. */
  readonly revision: number;
  readonly pool: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly key: string;
  /** SHA-256 of the key's UTF-8, 64 lower-case hex digits. */
  readonly hash: string;
  readonly priority: number;
  readonly state: JobState;
  /** ISO 8601. */
  readonly submittedAt: string;
  readonly since: string;
  /** 1 and up; 0 before the first. */
  readonly attempt: number;
  readonly maxAttempts: number;
  /** `engine.valheim/1`, while one works on it, and the last one after that. */
  readonly engine: string | undefined;
  /** Last line that the engine or a command on the host wrote. */
  readonly lastLine: string | undefined;
  /** Why earlier tries failed, oldest first. */
  readonly failures: readonly string[];
  readonly chunks: readonly ChunkView[];
  /** How many asked for it and have not taken that back. */
  readonly askers: number;
  /** Once it is over. */
  readonly outcome: JobOutcome | undefined;
}

export interface JobOutcome {
  readonly success: boolean;
  /** Nothing had to be done. */
  readonly cached: boolean;
  /** Absolute path of the result; undefined without one. */
  readonly dataDir: string | undefined;
  readonly files: number;
  readonly bytes: number;
  /** Of its last try, ms, by phase; `totalMs` from the submission on. */
  readonly timings: JobTimings;
  readonly error: JobFailure | undefined;
}

export interface JobFailure {
  /** As in the table of errors.ts. */
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  /** Last lines of the command on the host that failed, else of the engine; oldest first. */
  readonly logs: readonly string[];
}

export interface JobTimings {
  readonly queuedMs: number;
  readonly leasingMs: number;
  readonly loadingMs: number;
  readonly generatingMs: number;
  readonly exportingMs: number;
  readonly processingMs: number;
  readonly totalMs: number;
}
