import type { ChildProcess } from "node:child_process";
import { WarmError } from "../../errors.js";
import type { HostCommand, ParamValue } from "../../model/job.js";
import { formatParam } from "../fill-text.js";
import { endGroup, killGroup, within } from "./end-group.js";
import { splitLines } from "./split-lines.js";
import { startCommand } from "./start-command.js";

export interface HostCommandSettings {
  readonly command: HostCommand;
  /** Puts the job's folder and its parameters into one argument. */
  fill(text: string): string;
  /** Where it runs, absolute. */
  readonly baseDir: string;
  /** The job's folder, absolute. */
  readonly dir: string;
  readonly jobId: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  /** Ours; the job's variables are added. */
  readonly env: NodeJS.ProcessEnv;
  /** Told each line that it writes, of both streams, as it comes. */
  onLine(line: string): void;
  readonly cancel: AbortSignal;
}

/** Each parameter is a variable of that name and its own in capitals. */
export const HOST_VARIABLE = "WARM_PARAM_";
const KEPT_LINES = 20;
/** Output that is still on its way when the program has ended; whoever else holds the pipe is not waited for. */
const LAST_WORDS_MS = 200;

type End = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/**
 * Runs a command on this host: no shell reads it, its input is closed, it has a process group of its own, and what is left
 * of that group when it ends is ended too.
 * @throws WarmError `rejected` (not found, or an exit code other than 0, with its last lines as `logs`), `deadline` at its
 * time-out, `interrupted` when `cancel` fires; it has ended then
 */
export async function runHostCommand(settings: HostCommandSettings): Promise<void> {
  const { command, baseDir, cancel } = settings;
  const argv = command.command.map((text) => settings.fill(text));
  const program = JSON.stringify(argv[0] ?? "");
  if (cancel.aborted) throw new WarmError("interrupted", `${program} was not run: the job was cancelled`);
  const child = await startCommand(argv, { cwd: baseDir, env: commandEnv(settings) });
  const logs: string[] = [];
  const output = followOutput(child, (line) => {
    logs.push(line);
    if (logs.length > KEPT_LINES) logs.shift();
    settings.onLine(line);
  });
  const { end, stopped } = await untilEnd(child, command.timeoutMs, cancel);
  killGroup(child.pid, "SIGKILL");
  await output.finish();
  if (stopped === "cancel")
    throw new WarmError("interrupted", `${program} was ended: the job was cancelled`, { logs });
  if (stopped === "deadline") {
    throw new WarmError("deadline", `${program} was ended after its ${command.timeoutMs} ms`, {
      hint: "raise the command's `timeout`",
      logs,
    });
  }
  if (end?.code !== 0) throw new WarmError("rejected", `${program} ${describeEnd(end)}`, { logs });
}

function commandEnv({ env, dir, jobId, params }: HostCommandSettings): NodeJS.ProcessEnv {
  const given = Object.entries(params).map(([name, value]) => [
    `${HOST_VARIABLE}${name.toUpperCase()}`,
    formatParam(value),
  ]);
  return { ...env, WARM_JOB_DIR: dir, WARM_JOB_ID: jobId, ...Object.fromEntries(given) };
}

/** @returns its end; undefined for a process that not even SIGKILL ended */
async function untilEnd(
  child: ChildProcess,
  timeoutMs: number,
  cancel: AbortSignal,
): Promise<{ end: End | undefined; stopped: "deadline" | "cancel" | undefined }> {
  const ended = new Promise<End>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  let timer: NodeJS.Timeout | undefined;
  let onCancel = () => {};
  const stop = new Promise<"deadline" | "cancel">((resolve) => {
    timer = setTimeout(() => resolve("deadline"), timeoutMs);
    onCancel = () => resolve("cancel");
    cancel.addEventListener("abort", onCancel, { once: true });
  });
  const first = await Promise.race([ended, stop]);
  clearTimeout(timer);
  cancel.removeEventListener("abort", onCancel);
  if (typeof first !== "string") return { end: first, stopped: undefined };
  return { end: await endGroup(child.pid, ended), stopped: first };
}

function followOutput(child: ChildProcess, onLine: (line: string) => void): { finish(): Promise<void> } {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const lines = streams.map((stream) => {
    const split = splitLines(onLine);
    stream.on("data", split.push);
    return split;
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    async finish() {
      await within(closed, LAST_WORDS_MS);
      for (const stream of streams) stream.destroy();
      for (const split of lines) split.end();
    },
  };
}

function describeEnd(end: End | undefined): string {
  if (end === undefined) return "does not end";
  return end.code === null ? `was killed by ${end.signal}` : `exited with ${end.code}`;
}
