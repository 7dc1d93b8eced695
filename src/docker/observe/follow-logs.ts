import { WarmError } from "../../errors.js";
import { createFrameReader, type FrameStream } from "../connection/frames.js";
import type { HostReader } from "../connection/host-reader.js";

export interface LogLine {
  /** When the daemon got it, by its clock; milliseconds since the epoch. */
  readonly at: number;
  /** Without its end. Of a very long line the beginning. */
  readonly text: string;
}

export interface FollowSettings {
  /** By the daemon's clock: older lines are not told. Default: all that there are. */
  readonly sinceMs?: number | undefined;
  /** Only what comes from now on. */
  readonly onlyNew?: boolean;
  readonly cancel?: AbortSignal | undefined;
}

const LONGEST_LINE = 64 * 1024;
/** What the daemon writes before each line, and before each part of one that is longer than 16 KiB. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(?:Z|[+-]\d\d:\d\d)) /;

/**
 * The lines that a container writes to both its streams, as they come, until it ends or `cancel` fires.
 * @throws WarmError `rejected` when its log driver keeps nothing that can be read; others of the docker edge
 */
export async function* followLogs(
  reader: HostReader,
  id: string,
  { sinceMs, onlyNew = false, cancel }: FollowSettings = {},
): AsyncGenerator<LogLine> {
  const query = {
    stdout: "1",
    stderr: "1",
    follow: "1",
    timestamps: "1",
    ...(sinceMs === undefined ? {} : { since: (sinceMs / 1000).toFixed(3) }),
    ...(onlyNew ? { tail: "0" } : {}),
  };
  const chunks = await reader
    .openStream("follow a container's log", `/containers/${id}/logs`, { query, cancel })
    .catch((error: unknown) => {
      throw explainDriver(error);
    });
  const lines: LogLine[] = [];
  let parts: LogParts | undefined;
  try {
    for await (const chunk of chunks) {
      // Each line begins with a year: nothing but a frame begins with a byte so low.
      parts ??= (chunk[0] ?? 0) <= 2 ? readFrames(lines) : readTerminal(lines);
      parts.push(chunk);
      yield* lines.splice(0);
    }
  } catch (error) {
    // What came before it is good.
    yield* lines.splice(0);
    if (!cancel?.aborted) throw error;
  }
  parts?.flush();
  yield* lines.splice(0);
}

/** Takes the daemon's answer apart, and at its end gives out what no line end came for. */
interface LogParts {
  push(chunk: Buffer): void;
  flush(): void;
}

function explainDriver(error: unknown): unknown {
  if (!(error instanceof WarmError) || !/does not support reading/i.test(error.message)) return error;
  return new WarmError("rejected", "the container's log cannot be read: its log driver keeps none", {
    hint: "warm's own containers use `json-file`; for others ask in another way than by the log",
    cause: error,
  });
}

/** One frame is one line, or a part of one. */
function readFrames(lines: LogLine[]): LogParts {
  const open: Record<FrameStream, Buffer[]> = { stdout: [], stderr: [] };
  const collectors = { stdout: createLineCollector(lines), stderr: createLineCollector(lines) };
  const push = createFrameReader((stream, content, isEnd) => {
    open[stream].push(content);
    if (isEnd) collectors[stream].add(Buffer.concat(open[stream].splice(0)).toString("utf8"));
  });
  const flush = () => {
    for (const collector of Object.values(collectors)) collector.flush();
  };
  return { push, flush };
}

function readTerminal(lines: LogLine[]): LogParts {
  const decoder = new TextDecoder();
  const { add, flush } = createLineCollector(lines);
  let rest = "";
  return {
    push(chunk) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split(/(?<=\n)/);
      rest = parts.at(-1)?.endsWith("\n") ? "" : (parts.pop() ?? "");
      for (const part of parts) add(part);
      if (rest.length <= LONGEST_LINE) return;
      add(rest);
      rest = "";
    },
    flush() {
      add(rest);
      flush();
    },
  };
}

/** Joins the parts of a line; what is beyond the longest is dropped. */
function createLineCollector(lines: LogLine[]) {
  let text = "";
  let at: number | undefined;

  function flush(): void {
    if (at !== undefined) lines.push({ at, text: text.replace(/\r?\n$/, "") });
    text = "";
    at = undefined;
  }

  return {
    add(part: string): void {
      if (part === "") return;
      const [stamp = "", time = ""] = TIMESTAMP.exec(part) ?? [];
      at ??= time === "" ? 0 : Date.parse(time);
      if (text.length < LONGEST_LINE) text += part.slice(stamp.length, stamp.length + LONGEST_LINE);
      if (part.endsWith("\n")) flush();
    },
    flush,
  };
}
