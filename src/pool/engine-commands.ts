import { basename, dirname } from "node:path/posix";
import { type ExecSession, openExecSession } from "../docker/exec/exec-session.js";
import type { OnOutput } from "../docker/exec/shell-channel.js";
import { toWarmError, WarmError } from "../errors.js";
import type { PoolContext } from "./pool-host.js";
import type { CommandResult } from "./pools.js";

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Told what it writes, as it comes; not where an image has no shell. */
  readonly onOutput?: OnOutput | undefined;
  /** Told its standard output as it is, of which nothing is kept then; not where an image has no shell. */
  readonly onBytes?: ((bytes: Buffer) => void) | undefined;
  /** Asked right before it is run: throws when it must not be any more. */
  readonly guard?: () => void;
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
  ): Promise<WrittenFiles>;
  /** Whether a command runs in there, or waits to. */
  isBusy(containerId: string): boolean;
  /** What runs is killed. Resolves once it is gone; never rejects. */
  close(containerId: string): Promise<void>;
  closeAll(): void;
}

/** Whether a reset can take them away again and leave the engine as it was. */
export interface WrittenFiles {
  readonly isReversible: boolean;
}

const DEADLINE_MS = 60_000;

export function createEngineCommands(context: PoolContext): EngineCommands {
  const sessions = new Map<string, Promise<ExecSession | undefined>>();
  const running = new Map<string, number>();

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

  async function close(containerId: string): Promise<void> {
    const session = sessions.get(containerId);
    sessions.delete(containerId);
    await session?.then((open) => open?.close()).catch(() => undefined);
  }

  async function run(
    containerId: string,
    command: readonly string[],
    { env = {}, timeoutMs = DEADLINE_MS, onOutput, onBytes, guard }: CommandOptions = {},
  ): Promise<CommandResult> {
    const session = await sessionOf(containerId);
    guard?.();
    if (session !== undefined) return session.run(command, { env, timeoutMs, onOutput, onBytes });
    if (Object.keys(env).length > 0)
      throw new WarmError("engine-failed", "a command's environment needs a shell in the engine's image", {
        hint: "add /bin/sh to the image, or bind files only",
      });
    const exitCode = await context.host().writer.containers.exec(containerId, command, timeoutMs);
    return { exitCode, stdout: "", stderr: "" };
  }

  async function counted<T>(containerId: string, work: () => Promise<T>): Promise<T> {
    running.set(containerId, (running.get(containerId) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (running.get(containerId) ?? 1) - 1;
      if (left === 0) running.delete(containerId);
      else running.set(containerId, left);
    }
  }

  return {
    prepare: (containerId) => void sessionOf(containerId).catch(() => undefined),
    run: (containerId, command, options) => counted(containerId, () => run(containerId, command, options)),
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
      if (session !== undefined) {
        const { overwritten } = await session.putFiles(files, mode);
        return { isReversible: overwritten.length === 0 };
      }
      const { containers } = context.host().writer;
      for (const [path, content] of Object.entries(files))
        await containers.putFiles(containerId, dirname(path), { [basename(path)]: content }, mode);
      // Without a shell nothing can be looked at or taken away.
      return { isReversible: false };
    },
    isBusy: (containerId) => running.has(containerId),
    close,
    closeAll() {
      for (const containerId of [...sessions.keys()]) void close(containerId);
    },
  };
}
