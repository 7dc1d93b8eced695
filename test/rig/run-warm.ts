import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";

/** How one run of the command line ended. */
export type WarmResult = {
  /** Null if a signal ended it. */
  code: number | null;
  /** SIGKILL also when the time-out came first. */
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  ms: number;
};

export type WarmOptions = {
  /** Added to an environment that has nothing of ours but PATH. */
  env?: Record<string, string>;
  /** Its standard input; empty by default. */
  input?: string;
  /** Then it is killed. Default 60 s. */
  timeoutMs?: number;
};

/** A run in progress: `child` to send signals to, what it has printed so far, and how it ended. */
export type WarmProcess = {
  child: ChildProcess;
  output: { stdout: string; stderr: string };
  result: Promise<WarmResult>;
};

const mainScript = resolve(import.meta.dirname, "../../dist/cli/main.js");

/** Starts the built command line as a user would, in `cwd` and with nothing inherited but PATH. */
export function startWarm(args: readonly string[], cwd: string, options: WarmOptions = {}): WarmProcess {
  const { env = {}, input = "", timeoutMs = 60_000 } = options;
  const startedAt = performance.now();
  const child = spawn(process.execPath, [mainScript, ...args], {
    cwd,
    env: { PATH: process.env.PATH, LANG: "C.UTF-8", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (output.stderr += text));
  child.stdin.on("error", () => {}); // it may end without reading
  child.stdin.end(input);
  const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  const result = new Promise<WarmResult>((settle, fail) => {
    child.once("error", fail);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      settle({ code, signal, ...output, ms: performance.now() - startedAt });
    });
  });
  return { child, output, result };
}
