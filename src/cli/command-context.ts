import type { Terminal } from "./terminal.js";

/** Options that every command has. */
export interface GlobalOptions {
  readonly file: string;
  readonly host?: string;
}

/** What a command gets besides its own options. It returns its exit code and throws WarmErrors. */
export interface CommandContext {
  readonly global: GlobalOptions;
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}
