import { PassThrough } from "node:stream";
import type { FastifyReply } from "fastify";
import { WarmError } from "../../errors.js";

/** One reply of server-sent events (WHATWG HTML, section 9.2). */
export interface EventStream {
  /** @param id what a client that comes back names as the last it has seen */
  send(event: string, data: unknown, id?: number): void;
  end(): void;
  /** Fires when it is over, whoever ended it. */
  readonly ended: AbortSignal;
}

export interface Streams {
  /** Begins to answer with events. @throws WarmError `queue-full` when so many are open already */
  open(reply: FastifyReply): EventStream;
  readonly count: number;
}

/** What stands between us and a client closes a connection on which nothing comes. */
const HEARTBEAT_MS = 15_000;
/** A client that reads more slowly than things happen is let go: it comes back, and is told what it has missed. */
const MOST_UNREAD_BYTES = 1024 * 1024;
const RETRY_MS = 2_000;

/** @param stopping ends all of them */
export function createStreams(stopping: AbortSignal, most: number): Streams {
  let count = 0;
  return {
    get count() {
      return count;
    },
    open(reply) {
      if (count >= most)
        throw new WarmError("queue-full", `${most} streams of events are open already`, {
          hint: "close one of them, or ask again later",
        });
      count += 1;
      return openStream(reply, stopping, () => {
        count -= 1;
      });
    },
  };
}

function openStream(reply: FastifyReply, stopping: AbortSignal, onEnd: () => void): EventStream {
  const body = new PassThrough({ highWaterMark: MOST_UNREAD_BYTES });
  const ended = new AbortController();
  const heartbeat = setInterval(() => write(":\n\n"), HEARTBEAT_MS).unref();
  const end = () => body.end();

  function write(text: string): void {
    if (ended.signal.aborted || body.writableEnded) return;
    if (body.writableLength + body.readableLength > MOST_UNREAD_BYTES) body.destroy();
    else body.write(text);
  }

  body.once("close", () => {
    clearInterval(heartbeat);
    stopping.removeEventListener("abort", end);
    ended.abort();
    onEnd();
  });
  body.on("error", () => undefined);
  // Also of a HEAD, which is answered without the events.
  reply.raw.once("close", () => body.destroy());
  stopping.addEventListener("abort", end, { once: true });
  write(`retry: ${RETRY_MS}\n\n`);
  void reply
    .code(200)
    .header("cache-control", "no-store")
    // What nginx is told not to hold back.
    .header("x-accel-buffering", "no")
    .type("text/event-stream")
    .send(body);
  if (stopping.aborted) end();
  return {
    ended: ended.signal,
    end,
    send(event, data, id) {
      const lines = id === undefined ? "" : `id: ${id}\n`;
      // JSON on one line has no line feed of its own.
      write(`${lines}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
  };
}

/** Whether a client wants events rather than one reply. */
export function wantsEvents(accept: string | undefined): boolean {
  return (accept ?? "")
    .split(",")
    .some((type) => type.trim().split(";")[0]?.toLowerCase() === "text/event-stream");
}
