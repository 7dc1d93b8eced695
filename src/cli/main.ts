#!/usr/bin/env node
import { runCommandLine } from "./run-command-line.js";
import { openTerminal } from "./terminal.js";

const { argv, env, stdout, stderr } = process;
const terminal = openTerminal(env);
stdout.on("error", onResultLost);
// There is nowhere left to tell it.
stderr.on("error", () => undefined);
process.exitCode = await runCommandLine(argv, { terminal, env, cwd: process.cwd() });

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
