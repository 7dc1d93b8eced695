import type { Readable } from "node:stream";

/** One server-sent event. */
export interface ReadEvent {
  readonly type: string;
  /** Undefined where it has none. */
  readonly id: number | undefined;
  readonly data: unknown;
}

/** Far more than any event of ours. */
const LONGEST_EVENT = 16 * 1024 * 1024;

/**
 * Reads server-sent events as our server writes them: `data` is one line of JSON.
 * @throws what the stream fails with; Error for what is no such event
 */
export async function* readEvents(stream: Readable): AsyncGenerator<ReadEvent> {
  let buffer = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    buffer += chunk;
    const parts = buffer.split("\n\n");
    buffer = parts.pop() ?? "";
    if (buffer.length > LONGEST_EVENT) throw new Error("an event is too long");
    for (const part of parts) {
      const event = parseEvent(part);
      if (event !== undefined) yield event;
    }
  }
}

/** @returns undefined for what only keeps the connection open */
function parseEvent(text: string): ReadEvent | undefined {
  const fields = new Map(
    text.split("\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()] as const;
    }),
  );
  const data = fields.get("data");
  if (data === undefined) return undefined;
  const id = fields.get("id");
  return {
    type: fields.get("event") ?? "message",
    id: id === undefined ? undefined : Number(id),
    data: JSON.parse(data),
  };
}
