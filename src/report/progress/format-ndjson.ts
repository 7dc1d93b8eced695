import type { ApplyEvent } from "../../model/event.js";
import { formatJson } from "../text/format-json.js";

/** Another major means that a reader must give up; new types and members come without one. */
const VERSION = "1";

export interface NdjsonOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** What tells the lines of this run from those of others. */
  readonly run: string;
}

/**
 * A stream of events as JSON, one object a line, each line ended by a line feed. The first text given back
 * carries the `version` line before its own.
 */
export function createNdjson({ now, run }: NdjsonOptions): (event: ApplyEvent) => string {
  let seq = 0;
  const line = (type: string, details: object) => {
    seq += 1;
    const common = { v: VERSION, seq, ts: new Date(now()).toISOString(), run, type };
    return `${formatJson({ ...common, ...details }, 0)}\n`;
  };
  return ({ type, ...details }) => {
    const first = seq === 0 ? line("version", { format: `warm.events/${VERSION}` }) : "";
    return first + line(type, details);
  };
}
