import { spawn } from "node:child_process";
import { WarmError } from "../../errors.js";

export interface GitCall {
  readonly args: readonly string[];
  /** Absolute: where it runs. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends it. */
  readonly cancel: AbortSignal;
  /** Nothing heard of it for so long: it is killed. */
  readonly idleMs?: number;
}

/** What a call of git came to. */
export interface GitAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  /** The end of what it said, progress left out. */
  readonly stderr: string;
}

const IDLE_MS = 60_000;
/** It removes its lock files when it is asked to end. */
const GENTLE_MS = 2_000;
const LAST_WORDS_MS = 1_000;
const MOST_OUTPUT = 1024 * 1024;
const MOST_ERRORS = 8 * 1024;

/**
 * Runs git, without a shell, in a process group of its own.
 * @throws WarmError `git-failed` where it is missing or makes no progress; `interrupted`. Not for an exit code.
 */
export function runGit({ args, cwd, env, cancel, idleMs = IDLE_MS }: GitCall): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    if (cancel.aborted) return reject(new WarmError("interrupted", "git was not run: we are stopping"));
    const child = spawn("git", args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let why: WarmError | undefined;
    let output = "";
    let errors = "";
    let hardEnd: NodeJS.Timeout | undefined;
    let idle = setTimeout(onIdle, idleMs);
    const onCancel = () => end(new WarmError("interrupted", "git was ended: we are stopping"));

    function end(reason: WarmError): void {
      why ??= reason;
      signalGroup(child.pid, "SIGTERM");
      hardEnd ??= setTimeout(() => signalGroup(child.pid, "SIGKILL"), GENTLE_MS);
    }
    function onIdle(): void {
      const seconds = Math.round(idleMs / 1000);
      const hint = "check the network, and that it asks nobody for a password";
      end(new WarmError("git-failed", `git made no progress for ${seconds} s`, { hint }));
    }
    function heard(): void {
      clearTimeout(idle);
      idle = setTimeout(onIdle, idleMs);
    }
    function clear(): void {
      clearTimeout(idle);
      clearTimeout(hardEnd);
      cancel.removeEventListener("abort", onCancel);
    }

    cancel.addEventListener("abort", onCancel, { once: true });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      heard();
      output += text;
      if (output.length > MOST_OUTPUT) end(new WarmError("git-failed", "git said more than is to be read"));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      heard();
      errors = (errors + text).slice(-MOST_ERRORS);
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      clear();
      reject(explainSpawn(error));
    });
    const settle = (code: number | null) => {
      clear();
      child.stdout.destroy();
      child.stderr.destroy();
      if (why !== undefined) reject(why);
      else resolve({ exitCode: code ?? 128, stdout: output, stderr: withoutProgress(errors) });
    };
    child.on("close", settle);
    // What it leaves running, as ssh does to share a connection, may hold its output open for ever.
    child.on("exit", (code) => setTimeout(() => settle(code), LAST_WORDS_MS).unref());
  });
}

function explainSpawn(error: NodeJS.ErrnoException): WarmError {
  if (error.code !== "ENOENT")
    return new WarmError("git-failed", `git cannot be run: ${error.message}`, { cause: error });
  return new WarmError("git-failed", "git is not installed, or not on the PATH", {
    hint: "install git 2.31 or later: `warm watch --git` pulls with it",
    cause: error,
  });
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}

/** Progress overwrites its own line. */
function withoutProgress(text: string): string {
  const lines = text
    .split("\n")
    .map((line) => line.slice(line.lastIndexOf("\r", line.length - 2) + 1).trim());
  return lines.filter((line) => line !== "").join("\n");
}
