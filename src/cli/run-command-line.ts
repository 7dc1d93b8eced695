import { CommanderError } from "commander";
import { toWarmError, WarmError } from "../errors.js";
import { ConfigError } from "../model/problem.js";
import { formatError } from "../report/format-error.js";
import { formatProblems } from "../report/format-problems.js";
import type { CommandContext } from "./command-context.js";
import { createProgram } from "./program.js";
import type { Terminal } from "./terminal.js";

/**
 * One command, from its words to its exit code.
 * @param argv as `process.argv`: the first two are not the command's
 * @returns the exit code; every error is told on the terminal and never thrown
 */
export async function runCommandLine(
  argv: readonly string[],
  base: Omit<CommandContext, "global">,
): Promise<number> {
  let exitCode = 0;
  const program = createProgram(base, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    return report(error, base.terminal);
  }
}

/** Every error of every command ends here, told once. */
function report(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : new WarmError("usage", "").exitCode;
  if (error instanceof ConfigError) terminal.note(formatProblems(error.problems, "text"));
  const failure = toWarmError(error);
  terminal.note(formatError(failure, terminal.err));
  return failure.exitCode;
}
