#!/usr/bin/env node
import { CommanderError } from "commander";
import { toWarmError, WarmError } from "../errors.js";
import { ConfigError } from "../model/problem.js";
import { formatError } from "../report/format-error.js";
import { formatProblems } from "../report/format-problems.js";
import { createProgram } from "./program.js";
import { openTerminal, type Terminal } from "./terminal.js";

const terminal = openTerminal(process.env);
// A reader that went away (`warm plan | head -1`) is no reason for a stack trace.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
process.exitCode = await run(process.argv, terminal);

async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode = 0;
  const program = createProgram({ terminal, env: process.env, cwd: process.cwd() }, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (error) {
    return report(error, terminal);
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
