import { makeLogLineVisible, makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";

export interface LogEntry {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly at: Date;
  /** The sentence for people. */
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** Last log lines of a container. */
  readonly logs?: readonly string[] | undefined;
}

const PAINT = { debug: "dim", info: "green", warn: "yellow", error: "red" } as const;

/** One entry of a log for people, `14:03:07 warn  container.x: …`, with a container's lines below it. No line feed at the end. */
export function formatLogLine(
  { level, message, at, detail, hint, logs = [] }: LogEntry,
  style: Style,
): string {
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, "0"));
  const text = detail === undefined ? message : detail.startsWith(message) ? detail : `${message}: ${detail}`;
  return [
    `${style.dim(time.join(":"))} ${style[PAINT[level]](level.padEnd(5))} ${makeVisible(text)}`,
    ...logs.map((line) => `           ${style.dim("|")} ${makeLogLineVisible(line)}`),
    ...(hint === undefined ? [] : [`           ${style.cyan("hint:")} ${makeVisible(hint)}`]),
  ].join("\n");
}
