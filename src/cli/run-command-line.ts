import { toWarmError, WarmError } from "../errors.js";
import { ConfigError } from "../model/problem.js";
import { formatError } from "../report/format-error.js";
import { formatProblems } from "../report/format-problems.js";
import type { CommandContext } from "./command-context.js";
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
  const [, , ...words] = argv;
  const { terminal } = base;
  let exitCode = 0;
  try {
    const { createProgram } = await import("./program.js");
    const done = (code: number) => {
      exitCode = code;
    };
    const program = await createProgram(base, done, words);
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    return report(error, terminal);
  }
}

/** Every error of every command ends here, told once. */
function report(error: unknown, terminal: Terminal): number {
  const { code, exitCode } = error as { readonly code?: unknown; readonly exitCode?: unknown };
  // Commander has said it, or printed the help that was asked for.
  if (String(code).startsWith("commander.")) return exitCode === 0 ? 0 : new WarmError("usage", "").exitCode;
  if (error instanceof ConfigError) terminal.note(formatProblems(error.problems, "text"));
  const failure = toWarmError(error);
  terminal.note(formatError(failure, terminal.err));
  return failure.exitCode;
}
