import { WarmError } from "../errors.js";

/** One thing that is wrong with a warm.yaml. */
export interface Problem {
  /** As the user named it. */
  readonly file: string;
  /** 1-based; 1:1 when the problem is the file itself (missing, too large, a directory). */
  readonly line: number;
  readonly column: number;
  /** `templates.0f8c….blob`; empty for the file itself. */
  readonly field: string;
  /** The name of the rule or the schema keyword that found it: stable, for tools. */
  readonly rule: string;
  /** What is wrong, without a full stop. */
  readonly message: string;
  /** What to do, without a full stop. */
  readonly hint: string | undefined;
  /** The line's text, for the caret; undefined where there is none to show. */
  readonly excerpt: string | undefined;
}

/** Thrown once with every problem of a file, in the order of their positions. */
export class ConfigError extends WarmError {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super("config-invalid", `${file} has ${count}`);
    this.problems = problems;
  }
}
