import { randomUUID } from "node:crypto";
import type { EmitEvent } from "../model/event.js";
import { createEventLog } from "../report/progress/format-events.js";
import { createNdjson } from "../report/progress/format-ndjson.js";
import { createLiveProgress } from "../report/progress/live-progress.js";
import type { Terminal } from "./terminal.js";

/** Where events go: live lines on a terminal, plain lines elsewhere, NDJSON on stdout when asked. */
export interface EventSink {
  readonly emit: EmitEvent;
  /** A word of our own among them. */
  say(text: string): void;
  /** Gives the terminal back. */
  close(): void;
}

export function openEventSink(terminal: Terminal, isJson: boolean): EventSink {
  const { err } = terminal;
  if (isJson) {
    const toLine = createNdjson({ now: () => Date.now(), run: randomUUID() });
    const emit: EmitEvent = (event) => terminal.print(toLine(event).trimEnd());
    return { emit, say: terminal.note, close: () => undefined };
  }
  if (!terminal.isLive) {
    const toLine = createEventLog(err);
    const emit: EmitEvent = (event) => {
      const line = toLine(event);
      if (line !== undefined) terminal.note(line);
    };
    return { emit, say: terminal.note, close: () => undefined };
  }
  const progress = createLiveProgress({
    write: (text) => void process.stderr.write(text),
    columns: () => process.stderr.columns,
    rows: () => process.stderr.rows,
    style: err,
    now: () => Date.now(),
  });
  return { emit: progress.handle, say: progress.say, close: progress.stop };
}
