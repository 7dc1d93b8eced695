import type { Duplex } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { toWarmError, WarmError } from "../../errors.js";
import type { Host } from "../connection/connect.js";
import { createFrameReader } from "../connection/frames.js";
import { inspectContainer } from "../observe/read-objects.js";
import { createLineSplitter } from "./line-splitter.js";
import { upgradeConnection } from "./raw-call.js";

/** What goes in and out of a container's main process, for as long as the connection holds. */
export interface ConsoleChannel {
  /**
   * Types a line into the process. Resolves once the connection has taken it: it waits while the process reads nothing.
   * @throws WarmError `rejected` for what is more than one line, `engine-failed` when the connection ends before
   */
  writeLine(line: string): Promise<void>;
  /** Resolves when it is over and all lines are told; undefined: closed by us. Never rejects. */
  readonly ended: Promise<WarmError | undefined>;
  /** Lets go. The process's standard input stays open; nothing is told any more. Fine at any time. */
  close(): void;
}

export interface ConsoleSettings {
  /** Told each line that the process writes from now on, of both its streams; the beginning of one over 256 KiB. */
  readonly onLine: (line: string) => void;
  /** It is not started yet: what it writes is told from its first line on. */
  readonly isNew?: boolean;
}

/** Control characters and all that some program takes for the end of a line. */
const NO_LINE = /[\p{Cc}\u2028\u2029]/u;
/** How long the daemon may take to say goodbye. */
const CLOSE_GRACE_MS = 1000;

/**
 * Connects to a container's main process. Nothing that it writes after this has resolved is missed, nothing older is told.
 * @throws WarmError `engine-failed` when the container is not there or is frozen; others of the docker edge
 */
export async function openConsole(
  host: Host,
  containerId: string,
  { onLine, isNew = false }: ConsoleSettings,
): Promise<ConsoleChannel> {
  const attach = {
    method: "POST",
    path: `/containers/${containerId}/attach?stream=1&stdin=1&stdout=1&stderr=1`,
    body: Buffer.alloc(0),
    contentType: "text/plain",
  } as const;
  const what = "connect to a container's console";
  const { socket, head } = await upgradeConnection(host, what, attach).catch((error: unknown) => {
    const { code, message } = toWarmError(error);
    const isEngine = code === "in-use" || code === "not-found" || code === "rejected";
    throw isEngine ? new WarmError("engine-failed", message, { cause: error }) : error;
  });
  const channel = createChannel(socket, head, onLine);
  // Docker connects to what has ended just as well, and never says a word then.
  if (!isNew)
    void inspectContainer(host.reader, containerId).then(
      ({ isRunning, exitCode }) =>
        isRunning || channel.lose(new Error(`it has ended with exit code ${exitCode}`)),
      (error: unknown) => toWarmError(error).code === "not-found" && channel.lose(error as Error),
    );
  return channel;
}

function createChannel(socket: Duplex, head: Buffer, onLine: (line: string) => void) {
  let state: "open" | "closing" | "over" = "open";
  let settle: (why: WarmError | undefined) => void;
  const ended = new Promise<WarmError | undefined>((resolve) => {
    settle = resolve;
  });
  const reader = createOutputReader((line) => state === "open" && onLine(line));

  const lose = (cause?: Error) => {
    if (state === "over") return;
    reader.flush();
    const isOurs = state === "closing";
    state = "over";
    socket.destroy();
    settle(isOurs ? undefined : lost(cause));
  };
  const take = (chunk: Buffer) => {
    try {
      reader.push(chunk);
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
    ended,
    lose,
    writeLine: (line: string) =>
      new Promise<void>((resolve, reject) => {
        if (NO_LINE.test(line))
          return reject(new WarmError("rejected", "a console takes one line without control characters"));
        if (state !== "open") return reject(lost(undefined));
        socket.write(`${line}\n`, (error) => (error ? reject(lost(error)) : resolve()));
      }),
    close() {
      if (state !== "open") return;
      state = "closing";
      socket.end();
      setTimeout(() => lose(), CLOSE_GRACE_MS).unref();
    },
  };
}

/**
 * Without a terminal output comes in frames, each of one of two streams; with one it comes as it is. The head of a frame
 * begins with a byte of 0 to 2 and three of 0, which no terminal shows.
 */
function createOutputReader(onLine: (line: string) => void) {
  const streams = { stdout: createStream(onLine), stderr: createStream(onLine) };
  const readFrames = createFrameReader((stream, content) => streams[stream].push(content));
  let read: ((chunk: Buffer) => void) | undefined;
  let first = Buffer.alloc(0);
  return {
    push(chunk: Buffer): void {
      if (read !== undefined) {
        read(chunk);
        return;
      }
      first = Buffer.concat([first, chunk]);
      const isFramed = (first[0] ?? 0) <= 2 && first.subarray(1, 4).every((byte) => byte === 0);
      if (isFramed && first.length < 4) return;
      read = isFramed ? readFrames : streams.stdout.push;
      read(first);
    },
    flush() {
      for (const { flush } of Object.values(streams)) flush();
    },
  };
}

function createStream(onLine: (line: string) => void) {
  const decoder = new StringDecoder("utf8");
  const lines = createLineSplitter(onLine);
  return {
    push: (content: Buffer) => lines.push(decoder.write(content)),
    flush() {
      lines.push(decoder.end());
      lines.flush();
    },
  };
}

function lost(cause: Error | undefined): WarmError {
  const why = cause === undefined ? "" : `: ${cause.message}`;
  return new WarmError("engine-failed", `the connection to the container's console ended${why}`, {
    hint: "the container ended, or Docker stopped in the middle",
    cause,
  });
}
