import { spawn } from "node:child_process";
import { startFaultProxy } from "../../rig/fault-proxy.js";
import type { Contender } from "./contender.js";
import { watchMemory } from "./watch-memory.js";

const DEADLINE_MS = 10 * 60_000;

/** One command of a tool, run as a whole process in the folder of its files. */
export interface Command {
  readonly contender: Contender;
  readonly dir: string;
  readonly socketPath: string;
  readonly args: readonly string[];
}

/** Runs a command to its end and says something of it. @throws Error when it does not end with 0 */
export type Meter<Reading> = (command: Command) => Promise<Reading>;

/** In milliseconds, with nothing between the tool and Docker. */
export const timeRun: Meter<number> = async (command) => {
  const startedAt = performance.now();
  await runCommand(command);
  return performance.now() - startedAt;
};

export interface Cost {
  /** HTTP requests that Docker got. */
  readonly requests: number;
  /** The peak of each of its processes, added up. */
  readonly peakMiB: number;
}

/** Through a proxy and with its memory looked at: what it takes is no measure of time. */
export const countRun: Meter<Cost> = async (command) => {
  const proxy = await startFaultProxy(command.socketPath);
  try {
    let endWatch = () => 0;
    await runCommand({ ...command, socketPath: proxy.socketPath }, (pid) => {
      endWatch = watchMemory(pid);
    });
    return { requests: proxy.calls.length, peakMiB: endWatch() };
  } finally {
    await proxy.stop();
  }
};

export async function runCommand(
  { contender, dir, socketPath, args }: Command,
  onStart: (pid: number) => void = () => undefined,
): Promise<void> {
  const [program = "", ...first] = contender.program;
  const env = { PATH: process.env.PATH, HOME: dir, LANG: "C.UTF-8", DOCKER_HOST: `unix://${socketPath}` };
  const child = spawn(program, [...first, ...args], {
    cwd: dir,
    env: { ...env, ...contender.env },
    stdio: ["ignore", "ignore", "pipe"],
    timeout: DEADLINE_MS,
    killSignal: "SIGKILL",
  });
  if (child.pid !== undefined) onStart(child.pid);
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  const ending = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(signal ?? `code ${code}`));
  });
  if (ending === "code 0") return;
  throw new Error(`${contender.who} ${args.join(" ")} ended with ${ending}: ${errors.trim().slice(-600)}`);
}
