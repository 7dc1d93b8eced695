import { spawn } from "node:child_process";
import { dieWithParent } from "./die-with-parent.mjs";

/** The set-up cannot go on, and the message says everything there is to say: no stack is printed. */
export class SetUpError extends Error {}

/**
 * Runs a command and shows its output only when it fails.
 * @param {string} title what is being done, printed before, e.g. "installing node packages"
 * @param {string[]} command the program and its arguments
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, tied?: boolean }} [options] tied: it dies when we are killed, so
 *   that it does not work on while another run takes over
 * @returns {Promise<void>} settles when the program ended with code 0
 * @throws {SetUpError} when it cannot be started or ends with another code or by a signal
 */
export async function runQuietly(title, command, { cwd, env, tied = false } = {}) {
  console.error(`warm rig: ${title}`);
  const { program, args } = tied
    ? dieWithParent(command)
    : { program: command[0] ?? "", args: command.slice(1) };
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const ending = await new Promise((resolve) => {
    child.on("error", (error) => resolve(`could not be started: ${error.message}`));
    child.on("close", (code, signal) =>
      resolve(code === 0 ? undefined : `ended with ${signal ?? `code ${code}`}`),
    );
  });
  if (ending)
    throw new SetUpError(`${title} failed: \`${command.join(" ")}\` ${ending}\n${output.trimEnd()}`);
}
