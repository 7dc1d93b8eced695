import { spawn } from "node:child_process";
import { WarmError } from "../../errors.js";

const DEADLINE_MS = 30_000;
const LONGEST_TAIL = 500;

export interface HookSettings {
  /** Absolute: where it runs. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly type: string;
  readonly cancel: AbortSignal;
}

/**
 * Runs a program with JSON on its standard input and the transition's type in `WARM_TRANSITION`. No shell reads the
 * arguments. What it prints goes nowhere, but for the end of its errors when it fails.
 * @throws WarmError unless it exits with 0 within 30 s; it is killed after that
 */
export function runHook(
  [program = "", ...args]: readonly string[],
  body: string,
  { directory, env, type, cancel }: HookSettings,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new WarmError("rejected", `\`${program}\` ${why}`));
    const child = spawn(program, args, {
      cwd: directory,
      env: { ...env, WARM_TRANSITION: type },
      stdio: ["pipe", "ignore", "pipe"],
      timeout: DEADLINE_MS,
      killSignal: "SIGKILL",
      signal: cancel,
    });
    let tail = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      tail = (tail + text).slice(-LONGEST_TAIL);
    });
    child.on("error", (error: NodeJS.ErrnoException) =>
      fail(`cannot be run (${error.code ?? error.message})`),
    );
    child.on("close", (code, signal) => {
      if (code === 0) return resolve();
      const end = code === null ? `was killed by ${signal}` : `exited with ${code}`;
      return fail(tail.trim() === "" ? end : `${end}: ${tail.trim()}`);
    });
    // A program that does not read its input is none of our problems.
    child.stdin.on("error", () => undefined);
    child.stdin.end(`${body}\n`);
  });
}
