import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { dieWithParent } from "./bootstrap/die-with-parent.mjs";

/** Starts a process that does not outlive this one, even if this one is killed (Linux; elsewhere a plain spawn). */
export function spawnTied(command: string[], options: SpawnOptions): ChildProcess {
  const { program, args } = dieWithParent(command);
  return spawn(program, args, options);
}

/** Settles when the process has ended, at once if it has. */
export function waitForExit(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

/** SIGTERM, and SIGKILL when it is still there after `graceMs`. Settles when it has ended. */
export async function terminate(child: ChildProcess, graceMs: number): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await waitForExit(child);
  clearTimeout(timer);
}
