#!/usr/bin/env node
import { readVersion } from "./read-version.js";

const { argv, env, stdout, stderr } = process;

// Whatever calls warm asks for it first: no command has to be known for that.
if (argv.length === 3 && ["-V", "--version"].includes(argv[2] ?? "")) stdout.write(`${readVersion()}\n`);
else process.exitCode = await runHere();

async function runHere(): Promise<number> {
  const [{ runCommandLine }, { openTerminal }] = await Promise.all([
    import("./run-command-line.js"),
    import("./terminal.js"),
  ]);
  const terminal = openTerminal(env);
  /*
   * A reader that went away (`warm plan | head -1`) is no reason for a stack trace, nor to leave an apply half done.
   * A result that could not be written is a failure.
   */
  stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    if (code === "EPIPE" || code === "ERR_STREAM_DESTROYED") return;
    process.once("exit", () => {
      process.exitCode ||= 1;
    });
    terminal.note(`error: cannot write the result: ${message}`);
  });
  // There is nowhere left to tell it.
  stderr.on("error", () => undefined);
  return runCommandLine(argv, { terminal, env, cwd: process.cwd() });
}
