#!/usr/bin/env node
import { CommanderError } from "commander";
import { toWarmError, WarmError } from "../errors.js";
import { ConfigError } from "../model/problem.js";
import { formatError } from "../report/format-error.js";
import { formatProblems } from "../report/format-problems.js";
import { createProgram } from "./program.js";
import { openTerminal, type Terminal } from "./terminal.js";

const terminal = openTerminal(process.env);
process.stdout.on("error", onResultLost);
// There is nowhere left to tell it.
process.stderr.on("error", () => undefined);
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

/**
 * A reader that went away (`warm plan | head -1`) is no reason for a stack trace, nor to leave an apply half done.
 * A result that could not be written is a failure.
 */
function onResultLost({ code, message }: NodeJS.ErrnoException): void {
  if (code === "EPIPE" || code === "ERR_STREAM_DESTROYED") return;
  process.once("exit", () => {
    process.exitCode ||= 1;
  });
  terminal.note(`error: cannot write the result: ${message}`);
}

/** Every error of every command ends here, told once. */
function report(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : new WarmError("usage", "").exitCode;
  if (error instanceof ConfigError) terminal.note(formatProblems(error.problems, "text"));
  const failure = toWarmError(error);
  terminal.note(formatError(failure, terminal.err));
  return failure.exitCode;
}
