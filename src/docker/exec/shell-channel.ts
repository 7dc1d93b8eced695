import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { WarmError } from "../../errors.js";
import type { Host } from "../connection/connect.js";
import { createFrameReader, type FrameStream } from "../connection/frames.js";
import { asRecord, asString } from "../connection/shape.js";
import { createMarkedOutput, type MarkedOutput, type Output } from "./marked-output.js";
import { callHost, jsonCall, upgradeConnection } from "./raw-call.js";

/** How a command ended; both streams as text, bounded. */
export interface CommandOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Told text that a command writes, whole characters of one of its streams. */
export type OnOutput = (text: string, stream: FrameStream) => void;

/** Who hears what a command writes, as it comes. */
export interface Listeners {
  readonly onOutput?: OnOutput | undefined;
  /** What it writes to its standard output, as it is: nothing of it is kept then. */
  readonly onBytes?: ((bytes: Buffer) => void) | undefined;
}

/** One `sh` that runs in a container and reads what to do from us. */
export interface ShellChannel {
  /** The shell's process ID in the container, and that of the group of all that it starts. */
  readonly pid: number;
  readonly isOpen: boolean;
  /**
   * Has scripts run one after the other, all sent at once; behind one that fails none is run, and its code stands for all
   * of them.
   * @param onOutput told what they write, as it comes
   * @returns what each came to, to be awaited in order
   * @throws (each) WarmError `engine-failed` when the shell ends before the command has
   */
  execute(scripts: readonly string[], listeners?: Listeners): Promise<CommandOutput>[];
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
    const [opened] = channel.execute(["printf %s $$"]);
    const stdout = (await opened)?.stdout;
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
  const pending: Pending[] = [];
  let isOpen = true;
  let hasAnswered = false;
  /** Commands see the mark of their own in nothing that they can read: neither words nor environment hold it. */
  const secret = randomBytes(16).toString("hex");
  let commands = 0;
  /** What came before any answer: the daemon's own words when it could not start the shell. */
  let stray = "";
  let settleClosed: () => void;
  const closed = new Promise<void>((resolve) => {
    settleClosed = resolve;
  });

  const read = createFrameReader((stream, content) => {
    if (!hasAnswered) stray = (stray + content.toString("utf8")).slice(-2000);
    takeOutput(pending, stream, content);
    for (;;) {
      const [first] = pending;
      if (first?.out === undefined || first.err === undefined) return;
      pending.shift();
      hasAnswered = true;
      stray = "";
      first.resolve({ exitCode: first.out.code, stdout: first.out.text, stderr: first.err.text });
    }
  });
  const lose = (cause?: Error) => {
    isOpen = false;
    socket.destroy();
    for (const { reject } of pending.splice(0)) reject(describeLoss(stray, cause));
    settleClosed();
  };
  const take = (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      lose(error as Error);
    }
  };
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
    execute(scripts: readonly string[], { onOutput, onBytes }: Listeners = {}): Promise<CommandOutput>[] {
      const collect = (mark: string, stream: FrameStream) => {
        const onText = onOutput && ((text: string) => onOutput(text, stream));
        return onBytes !== undefined && stream === "stdout"
          ? createMarkedOutput(mark, 0, onText, onBytes)
          : createMarkedOutput(mark, MAX_OUTPUT, onText);
      };
      const lines: string[] = [];
      const outputs = scripts.map((script, index) => {
        commands += 1;
        const number = `${secret}${String(commands).padStart(12, "0")}`;
        // Begins with what no text does: what may be the beginning of a mark is not told before more has come.
        const mark = `\x01${number}`;
        const tell = `printf '\\001${number}%03d' "$warm_code"; printf '\\001${number}000' >&2\n`;
        const run = `${script}\nwarm_code=$?\n`;
        lines.push(index === 0 ? run : `if [ "$warm_code" = 0 ]; then\n${run}fi\n`, tell);
        return new Promise<CommandOutput>((resolve, reject) => {
          if (!isOpen) return reject(describeLoss(stray, undefined));
          pending.push({ stdout: collect(mark, "stdout"), stderr: collect(mark, "stderr"), resolve, reject });
        });
      });
      if (isOpen) socket.write(lines.join(""));
      return outputs;
    },
    close() {
      isOpen = false;
      socket.end();
    },
  };
}

/** The two streams do not wait for each other: one may be commands ahead. */
function takeOutput(pending: readonly Pending[], stream: "stdout" | "stderr", content: Buffer): void {
  const end = stream === "stdout" ? "out" : "err";
  let rest: Buffer | undefined = content;
  for (const one of pending) {
    if (one[end] !== undefined) continue;
    one[end] = one[stream].push(rest);
    rest = one[end]?.rest;
    if (rest === undefined || rest.length === 0) return;
  }
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
