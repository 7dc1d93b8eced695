import { spawn } from "node:child_process";
import { WarmError } from "../../errors.js";

const DEADLINE_MS = 30_000;
const LONGEST_TAIL = 500;
const LAST_WORDS_MS = 50;

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
      // A group of its own, so that whatever it starts ends with it.
      detached: true,
    });
    const killAll = () => killGroup(child.pid);
    const timer = setTimeout(killAll, DEADLINE_MS);
    cancel.addEventListener("abort", killAll, { once: true });
    child.on("error", (error: NodeJS.ErrnoException) =>
      end(`cannot be run (${error.code ?? error.message})`),
    );
    child.on("exit", (code, signal) => {
      const why = code === null ? `was killed by ${signal}` : `exited with ${code}`;
      // What it said last may still be on its way; somebody else may hold the pipe for ever.
      setTimeout(() => end(code === 0 ? undefined : why), LAST_WORDS_MS);
    });
    let tail = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      tail = (tail + text).slice(-LONGEST_TAIL);
    });
    // A program that does not read its input is none of our problems.
    child.stdin?.on("error", () => undefined).end(`${body}\n`);

    function end(why: string | undefined): void {
      clearTimeout(timer);
      cancel.removeEventListener("abort", killAll);
      child.stderr?.destroy();
      if (why === undefined) resolve();
      else fail(tail.trim() === "" ? why : `${why}: ${tail.trim()}`);
    }
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
