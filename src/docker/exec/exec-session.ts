import { randomBytes } from "node:crypto";
import { posix } from "node:path";
import { WarmError } from "../../errors.js";
import { packFiles } from "../connection/archive.js";
import type { Host } from "../connection/connect.js";
import { collectOutputs } from "./collect-outputs.js";
import { startDetached } from "./exec-once.js";
import { callHost } from "./raw-call.js";
import { type CommandOutput, type OnOutput, openShellChannel, type ShellChannel } from "./shell-channel.js";
import { commandScript, makeFolderScript, writeFileScript, writeFilesScript } from "./shell-script.js";

export interface RunOptions {
  /** Beside the container's own. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Default 60 s. */
  readonly timeoutMs?: number | undefined;
  /** Ends the command as its time-out would. */
  readonly cancel?: AbortSignal | undefined;
  /** Told all that it writes, as it comes, and nothing after its end. All of it: what is kept is bounded, this is not. */
  readonly onOutput?: OnOutput | undefined;
  /** Told its standard output, as it is and as it comes; of that nothing is kept then. */
  readonly onBytes?: ((bytes: Buffer) => void) | undefined;
}

/**
 * A shell kept open in one container: a command over it costs well under a millisecond, a fresh exec 70 of them.
 * Commands run one at a time, in the order in which they were asked for, each in a subshell of its own with nothing to
 * read. A session that was lost is opened anew by the next command.
 */
export interface ExecSession {
  readonly containerId: string;
  readonly isOpen: boolean;
  /**
   * Words are words and no code, as for `docker exec`. Of each stream 1 MiB is kept; then the text says how much more
   * there was.
   * @throws WarmError `deadline` over its time-out, `interrupted`: it is killed with all that the session started;
   * `engine-failed` when the container or the connection went; `rejected` for what is no command
   */
  run(command: readonly string[], options?: RunOptions): Promise<CommandOutput>;
  /**
   * Runs commands one after the other until one does not exit with 0, in one go: cheaper than one by one.
   * @param onEach told as each comes to its end, in order
   * @returns what each of those came to that were run
   * @throws WarmError as `run`; the time-out is for all of them
   */
  runEach(
    commands: readonly (readonly string[])[],
    options?: RunOptions & { readonly onEach?: (index: number, output: CommandOutput) => void },
  ): Promise<CommandOutput[]>;
  /**
   * Writes a file as a whole, with the folders that it needs.
   * @param path absolute
   * @param mode permission bits; default what the shell gives, 0644 mostly
   * @throws WarmError as `run`; `rejected` when it cannot be written there
   */
  putFile(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  /**
   * Writes files that nobody reads yet, all in one go: not moved into place, so that it costs no program each.
   * @param files contents by absolute path
   * @returns the paths at which something stood before
   * @throws WarmError as `run`; `rejected` when one cannot be written, some others may be there then
   */
  putFiles(
    files: Readonly<Record<string, string | Uint8Array>>,
    mode?: number,
  ): Promise<{ readonly overwritten: readonly string[] }>;
  /** What waits is refused, what runs is killed. The container stays as it is. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 60_000;
/** More than that goes as an archive: a shell reads a script slowly. */
const MAX_SCRIPT = 256 * 1024;
/** How long it is waited for what was killed. */
const KILL_GRACE_MS = 5000;

/** @throws WarmError `engine-failed`, with a hint when the image has no shell; others of the docker edge */
export async function openExecSession(host: Host, containerId: string): Promise<ExecSession> {
  return new KeptSession(host, containerId, await openShellChannel(host, containerId));
}

class KeptSession implements ExecSession {
  readonly containerId: string;
  readonly #host: Host;
  #channel: ShellChannel;
  #isClosed = false;
  /** The command before the next one; never rejects. */
  #last: Promise<unknown> = Promise.resolve();
  /** Ends the command that runs: they run one at a time. */
  #onClose: (() => void) | undefined;

  constructor(host: Host, containerId: string, channel: ShellChannel) {
    this.#host = host;
    this.containerId = containerId;
    this.#channel = channel;
  }

  get isOpen(): boolean {
    return !this.#isClosed && this.#channel.isOpen;
  }

  async run(command: readonly string[], options: RunOptions = {}): Promise<CommandOutput> {
    const script = commandScript(command, options.env);
    return this.#inOrder(() => this.#executeOne(script, `\`${command[0]}\``, options));
  }

  async runEach(
    commands: readonly (readonly string[])[],
    options: RunOptions & { readonly onEach?: (index: number, output: CommandOutput) => void } = {},
  ): Promise<CommandOutput[]> {
    const scripts = commands.map((command) => commandScript(command, options.env));
    const what = commands.length === 1 ? `\`${commands[0]?.[0]}\`` : `${commands.length} commands`;
    return this.#inOrder(() => this.#execute(scripts, what, options, options.onEach));
  }

  async putFile(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
    checkPath(path);
    const temporary = `.${posix.basename(path).slice(0, 100)}.warm-${randomBytes(6).toString("hex")}`;
    const script = content.length > MAX_SCRIPT ? undefined : writeFileScript(path, content, temporary, mode);
    if (script === undefined || script.length > 2 * MAX_SCRIPT) return this.#putArchive(path, content, mode);
    await this.#inOrder(() => this.#mustSucceed(script, path));
  }

  async putFiles(
    files: Readonly<Record<string, string | Uint8Array>>,
    mode = 0o644,
  ): Promise<{ readonly overwritten: readonly string[] }> {
    const entries = Object.entries(files);
    for (const [path] of entries) checkPath(path);
    const length = entries.reduce((sum, [, content]) => sum + content.length, 0);
    const script = length > MAX_SCRIPT ? undefined : writeFilesScript(entries, mode);
    if (script !== undefined && script.length <= 2 * MAX_SCRIPT) {
      const what = entries.map(([path]) => path).join(", ");
      const stdout = await this.#inOrder(() => this.#mustSucceed(script, what));
      const numbers = new Set(stdout.split("\n"));
      return { overwritten: entries.flatMap(([path], index) => (numbers.has(`${index}`) ? [path] : [])) };
    }
    for (const [path, content] of entries) await this.putFile(path, content, mode);
    // What so much has replaced is not known: taken for something.
    return { overwritten: entries.map(([path]) => path) };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose?.();
    await this.#last;
    this.#channel.close();
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #mustSucceed(script: string, path: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#executeOne(script, `writing ${path}`, {});
    if (exitCode === 0) return stdout;
    const why = stderr.trim() || `exit code ${exitCode}`;
    throw new WarmError("rejected", `cannot write ${path} in the container: ${why}`, {
      hint: "name a path that can be written to there",
    });
  }

  /** Not through the shell: its folder is made there, Docker puts the file into it. */
  async #putArchive(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const folder = posix.dirname(path);
    await this.#inOrder(() => this.#mustSucceed(makeFolderScript(folder), path));
    const body = await packFiles({ [posix.basename(path)]: content }, mode);
    const query = new URLSearchParams({ path: folder }).toString();
    await callHost(this.#host, `write ${path} into a container`, {
      method: "PUT",
      path: `/containers/${this.containerId}/archive?${query}`,
      body,
      contentType: "application/x-tar",
    });
  }

  async #executeOne(script: string, what: string, options: RunOptions): Promise<CommandOutput> {
    const [output] = await this.#execute([script], what, options);
    if (output === undefined) throw new WarmError("internal", `${what} in a container came to nothing`);
    return output;
  }

  async #execute(
    scripts: readonly string[],
    what: string,
    { timeoutMs = TIMEOUT_MS, cancel, onOutput, onBytes }: RunOptions,
    onEach?: (index: number, output: CommandOutput) => void,
  ): Promise<CommandOutput[]> {
    if (this.#isClosed)
      throw new WarmError("engine-failed", `${what} in a container: the session was closed`);
    if (cancel?.aborted) throw interrupted(what);
    if (!this.#channel.isOpen) this.#channel = await openShellChannel(this.#host, this.containerId);
    const channel = this.#channel;
    let isOver = false;
    const tell = onOutput && ((...told: Parameters<OnOutput>) => isOver || onOutput(...told));
    const bytes = onBytes && ((chunk: Buffer) => void (isOver || onBytes(chunk)));
    const output = collectOutputs(channel.execute(scripts, { onOutput: tell, onBytes: bytes }), onEach);
    let timer: NodeJS.Timeout | undefined;
    let onCancel = () => {};
    // Thousands of commands a second may run: a controller for each would cost more than the command.
    const stopped = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(tooLate(what, timeoutMs)), timeoutMs);
      onCancel = () => reject(interrupted(what));
      this.#onClose = onCancel;
      cancel?.addEventListener("abort", onCancel, { once: true });
    });
    try {
      return await Promise.race([output, stopped]);
    } catch (error) {
      isOver = true;
      output.catch(() => undefined);
      if (channel.isOpen) await this.#kill(channel);
      throw error;
    } finally {
      isOver = true;
      clearTimeout(timer);
      cancel?.removeEventListener("abort", onCancel);
      this.#onClose = undefined;
    }
  }

  /** A shell that docker runs leads a group of processes, and all that it starts is in it. */
  async #kill(channel: ShellChannel): Promise<void> {
    const kill = ["/bin/sh", "-c", `kill -9 -${channel.pid}`];
    const killed = startDetached(this.#host, this.containerId, kill).then(() => channel.closed);
    const grace = new Promise((resolve) => setTimeout(resolve, KILL_GRACE_MS).unref());
    await Promise.race([killed.catch(() => undefined), grace]);
    channel.close();
  }
}

function checkPath(path: string): void {
  const isFile = path.startsWith("/") && !path.endsWith("/") && !path.includes("\0");
  if (isFile && path === posix.normalize(path)) return;
  throw new WarmError("rejected", `\`${path}\` is no absolute path of a file`);
}

function tooLate(what: string, timeoutMs: number): WarmError {
  return new WarmError("deadline", `${what} in a container took longer than ${timeoutMs / 1000} s`);
}

function interrupted(what: string): WarmError {
  return new WarmError("interrupted", `${what} in a container: interrupted`);
}
