import type { WarmError } from "../errors.js";
import { makeLogLineVisible, makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";

/** What a failure has to say beyond its message. */
export interface FailureDetails {
  readonly logs?: readonly string[] | undefined;
  readonly hint?: string | undefined;
}

/** An error for people, as the last thing that a command prints on stderr. No line feed at the end. */
export function formatError(error: WarmError, style: Style): string {
  const address =
    error.address === undefined || error.message.includes(error.address) ? "" : `${error.address}: `;
  const [first = "", ...more] = (address + error.message).split(/\r?\n/).map(makeVisible);
  return [
    `${style.red("error:")} ${first}`,
    // Indented, so that no line of a stranger's message passes for one of ours.
    ...more.map((line) => `  ${line.trimStart()}`.trimEnd()),
    ...formatFailureDetails(error, style),
    ...(error.code === "internal" ? formatBug(error, style) : []),
  ].join("\n");
}

/** Last log lines and hint, a line each, not indented as a whole. */
export function formatFailureDetails({ logs = [], hint }: FailureDetails, style: Style): string[] {
  const lines = logs.map((line) => `  ${makeLogLineVisible(line)}`.trimEnd());
  return [
    ...(lines.length === 0 ? [] : [style.dim("last log lines:"), ...lines]),
    ...(hint === undefined ? [] : [`${style.cyan("hint:")} ${makeVisible(hint)}`]),
  ];
}

/** An unknown error is ours to mend: its stack is what a report needs. */
function formatBug(error: WarmError, style: Style): string[] {
  const origin = error.cause instanceof Error ? error.cause : error;
  const frames = (origin.stack ?? "").split("\n").filter((line) => line.trimStart().startsWith("at "));
  return [
    ...frames.map((line) => style.dim(`  ${makeVisible(line.trim())}`)),
    "this is a bug in warm: please report it with the lines above",
  ];
}
