import { basename, dirname } from "node:path/posix";
import { type ExecSession, openExecSession } from "../docker/exec/exec-session.js";
import { toWarmError, WarmError } from "../errors.js";
import type { PoolContext } from "./pool-host.js";
import type { CommandResult } from "./pools.js";

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Commands in engines: through one kept session each, or one by one where an image has no shell. */
export interface EngineCommands {
  /** Opens the session ahead of need. Never throws: what cannot be opened is tried again at the first command. */
  prepare(containerId: string): void;
  /** @throws WarmError `engine-failed` when the command cannot be run, `deadline` when it does not end in time */
  run(containerId: string, command: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /**
   * One after the other, until one does not exit with 0.
   * @param onEach told as each ends
   * @throws WarmError as `run`; the time-out is for all of them
   */
  runEach(
    containerId: string,
    commands: readonly (readonly string[])[],
    timeoutMs: number,
    onEach: (index: number, output: CommandResult) => void,
  ): Promise<void>;
  /** Writes files that nobody reads yet. @param files contents by absolute path */
  putFiles(
    containerId: string,
    files: Readonly<Record<string, string | Uint8Array>>,
    mode: number,
  ): Promise<void>;
  close(containerId: string): void;
  closeAll(): void;
}

const DEADLINE_MS = 60_000;

export function createEngineCommands(context: PoolContext): EngineCommands {
  const sessions = new Map<string, Promise<ExecSession | undefined>>();

  /** Undefined: no shell in there. */
  function sessionOf(containerId: string): Promise<ExecSession | undefined> {
    const known = sessions.get(containerId);
    if (known !== undefined) return known;
    const opening = openExecSession(context.host().host, containerId).catch((error: unknown) => {
      if (toWarmError(error).message.includes("no /bin/sh")) return undefined;
      sessions.delete(containerId);
      throw error;
    });
    sessions.set(containerId, opening);
    return opening;
  }

  function close(containerId: string): void {
    const session = sessions.get(containerId);
    sessions.delete(containerId);
    session?.then((open) => open?.close()).catch(() => undefined);
  }

  return {
    prepare: (containerId) => void sessionOf(containerId).catch(() => undefined),
    async run(containerId, command, { env = {}, timeoutMs = DEADLINE_MS } = {}) {
      const session = await sessionOf(containerId);
      if (session !== undefined) return session.run(command, { env, timeoutMs });
      if (Object.keys(env).length > 0)
        throw new WarmError("engine-failed", "a command's environment needs a shell in the engine's image", {
          hint: "add /bin/sh to the image, or bind files only",
        });
      const exitCode = await context.host().writer.containers.exec(containerId, command, timeoutMs);
      return { exitCode, stdout: "", stderr: "" };
    },
    async runEach(containerId, all, timeoutMs, onEach) {
      const session = await sessionOf(containerId);
      if (session !== undefined) {
        await session.runEach(all, { timeoutMs, onEach });
        return;
      }
      const deadline = context.nowMs() + timeoutMs;
      for (const [index, command] of all.entries()) {
        const leftMs = Math.max(1, deadline - context.nowMs());
        const exitCode = await context.host().writer.containers.exec(containerId, command, leftMs);
        onEach(index, { exitCode, stdout: "", stderr: "" });
        if (exitCode !== 0) return;
      }
    },
    async putFiles(containerId, files, mode) {
      const session = await sessionOf(containerId);
      if (session !== undefined) return session.putFiles(files, mode);
      const { containers } = context.host().writer;
      for (const [path, content] of Object.entries(files))
        await containers.putFiles(containerId, dirname(path), { [basename(path)]: content }, mode);
    },
    close,
    closeAll() {
      for (const containerId of [...sessions.keys()]) close(containerId);
    },
  };
}
