import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";

export interface RunningCommand {
  /** Its exit code; 128 and the signal's number when one ended it; 126 and 127 when it could not be begun. */
  readonly ended: Promise<number>;
  /** SIGTERM, and SIGKILL if that does not help. */
  stop(): void;
}

interface RunSettings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Told why it could not be begun. */
  readonly onUnstartable: (error: NodeJS.ErrnoException) => void;
}

const KILL_MS = 10_000;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;
const FORWARDED = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

/** Runs a command in our place: with our standard streams, without a shell, and with every signal that we get. */
export function runCommand([file = "", ...args]: readonly string[], settings: RunSettings): RunningCommand {
  const { cwd, env, onUnstartable } = settings;
  const child = spawn(file, args, { cwd, env, stdio: "inherit" });
  const forgetSignals = forwardSignals(child);
  let killer: NodeJS.Timeout | undefined;
  const ended = new Promise<number>((settle) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return;
      onUnstartable(error);
      settle(error.code === "ENOENT" ? NOT_FOUND : NOT_EXECUTABLE);
    });
    child.once("exit", (code, signal) => {
      settle(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  }).finally(() => {
    clearTimeout(killer);
    forgetSignals();
  });
  return {
    ended,
    stop() {
      child.kill("SIGTERM");
      killer ??= setTimeout(() => child.kill("SIGKILL"), KILL_MS);
    },
  };
}

/** On a terminal the keys' signals reach the command without us: it is in our process group. */
function forwardSignals(child: ChildProcess): () => void {
  const fromKeys: readonly NodeJS.Signals[] = process.stdin.isTTY ? ["SIGINT", "SIGQUIT"] : [];
  const forward = (signal: NodeJS.Signals) => {
    if (!fromKeys.includes(signal)) child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}
