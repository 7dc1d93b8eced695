import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { WarmError } from "../../errors.js";
import type { Host } from "../connection/connect.js";
import { createFrameReader } from "../connection/frames.js";
import { asRecord, asString } from "../connection/shape.js";
import { createMarkedOutput, type MarkedOutput, type Output } from "./marked-output.js";
import { callHost, jsonCall, upgradeConnection } from "./raw-call.js";

/** How a command ended; both streams as text, bounded. */
export interface CommandOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One `sh` that runs in a container and reads what to do from us. Knows one command at a time. */
export interface ShellChannel {
  /** The shell's process ID in the container, and that of the group of all that it starts. */
  readonly pid: number;
  readonly isOpen: boolean;
  /** @throws WarmError `engine-failed` when the shell ends before the command has */
  execute(script: string): Promise<CommandOutput>;
  /** The shell ends when it has read this far. */
  close(): void;
  /** Resolves once the shell, and whatever holds its streams, has ended. */
  readonly closed: Promise<void>;
}

const MAX_OUTPUT = 1024 * 1024;
const OPEN_DEADLINE_MS = 30_000;
const NO_SHELL = /no such file or directory|executable file not found|permission denied/i;

/**
 * @throws WarmError `engine-failed` when there is no shell or the container does not run; others of the docker edge
 */
export async function openShellChannel(host: Host, containerId: string): Promise<ShellChannel> {
  const what = "open a shell in a container";
  const created = await callHost(
    host,
    what,
    jsonCall(`/containers/${containerId}/exec`, {
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Cmd: ["/bin/sh"],
    }),
  ).catch((error: unknown) => {
    throw isAboutContainer(error) ? failed(error.message, undefined, error) : error;
  });
  const execId = asString(asRecord(created, "exec").Id, "exec.Id");
  const start = jsonCall(`/exec/${execId}/start`, { Detach: false, Tty: false });
  const { socket, head } = await upgradeConnection(host, what, start).catch((error: unknown) => {
    // Newer daemons say so in time.
    throw error instanceof WarmError && error.code === "rejected"
      ? describeLoss(error.message, error)
      : error;
  });
  const channel = createChannel(socket, head);
  const timer = setTimeout(() => socket.destroy(), OPEN_DEADLINE_MS);
  try {
    const { stdout } = await channel.execute("printf %s $$");
    return Object.assign(channel, { pid: Number(stdout) });
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

interface Pending {
  readonly stdout: MarkedOutput;
  readonly stderr: MarkedOutput;
  out?: Output;
  err?: Output;
  resolve(output: CommandOutput): void;
  reject(error: WarmError): void;
}

function createChannel(socket: Duplex, head: Buffer) {
  let pending: Pending | undefined;
  let isOpen = true;
  let hasAnswered = false;
  /** What came before any answer: the daemon's own words when it could not start the shell. */
  let stray = "";
  let settleClosed: () => void;
  const closed = new Promise<void>((resolve) => {
    settleClosed = resolve;
  });

  const read = createFrameReader((stream, content) => {
    if (!hasAnswered) stray = (stray + content.toString("utf8")).slice(-2000);
    if (pending === undefined) return;
    if (stream === "stdout") pending.out ??= pending.stdout.push(content);
    else pending.err ??= pending.stderr.push(content);
    const { out, err, resolve } = pending;
    if (out === undefined || err === undefined) return;
    pending = undefined;
    hasAnswered = true;
    stray = "";
    resolve({ exitCode: out.code, stdout: out.text, stderr: err.text });
  });
  const lose = (cause?: Error) => {
    isOpen = false;
    socket.destroy();
    pending?.reject(describeLoss(stray, cause));
    pending = undefined;
    settleClosed();
  };
  const take = (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      lose(error as Error);
    }
  };
  tuneSocket(socket);
  socket.on("data", take);
  socket.on("error", lose);
  socket.on("end", () => lose());
  socket.on("close", () => lose());
  if (head.length > 0) take(head);

  return {
    pid: 0,
    get isOpen() {
      return isOpen;
    },
    closed,
    execute(script: string): Promise<CommandOutput> {
      const mark = randomBytes(16).toString("hex");
      return new Promise((resolve, reject) => {
        if (!isOpen) return reject(describeLoss(stray, undefined));
        const [stdout, stderr] = [createMarkedOutput(mark, MAX_OUTPUT), createMarkedOutput(mark, MAX_OUTPUT)];
        pending = { stdout, stderr, resolve, reject };
        socket.write(`${script}\nprintf '${mark}%03d' "$?"; printf '${mark}000' >&2\n`);
      });
    },
    close() {
      isOpen = false;
      socket.end();
    },
  };
}

/** A socket of ssh's is a stream like any other and knows nothing of TCP. */
function tuneSocket(socket: Duplex): void {
  const tcp = socket as Duplex &
    Partial<{ setNoDelay(on: boolean): void; setKeepAlive(on: boolean, ms: number): void }>;
  tcp.setNoDelay?.(true);
  tcp.setKeepAlive?.(true, 30_000);
}

function isAboutContainer(error: unknown): error is WarmError {
  return error instanceof WarmError && ["in-use", "not-found"].includes(error.code);
}

function describeLoss(said: string, cause: Error | undefined): WarmError {
  const daemon = /OCI runtime exec failed.*|exec failed.*/s.exec(said)?.[0].trim();
  if (daemon !== undefined && NO_SHELL.test(daemon))
    return failed(
      "there is no /bin/sh in the container",
      "build the image with a shell, busybox's will do: commands and files go through it",
      new Error(daemon),
    );
  if (daemon !== undefined) return failed(`the shell could not be started: ${daemon}`, undefined, cause);
  return failed("the shell in the container ended", "the container or Docker stopped in the middle", cause);
}

function failed(message: string, hint: string | undefined, cause: unknown): WarmError {
  return new WarmError("engine-failed", message, { hint, cause });
}
