import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { parseSizeBytes } from "../units.js";
import type { Rule } from "./rule.js";

/** Smaller files turn over while they are read, and what shows that an engine is ready goes with them. */
const LEAST_BYTES = 64 * 2 ** 10;
const MOST_BYTES = 2 ** 40;

/** A log file of an engine holds enough to be read. */
export const logSize: Rule = function* (draft, positions) {
  for (const [id, { logs } = {}] of Object.entries(draft.engines ?? {})) {
    const size = logs?.maxSize;
    if (size === undefined) continue;
    const bytes = parseSizeBytes(size);
    if (bytes >= LEAST_BYTES && bytes <= MOST_BYTES) continue;
    yield findingAt(positions, pointerTo("engines", id, "logs", "maxSize"), "value", {
      rule: "log-size",
      message: `\`${size}\` is ${bytes > MOST_BYTES ? "more than 1TiB" : "less than 64KiB"}`,
      hint: typeof size === "number" ? "give it a unit, such as `10MiB`" : "write for example `10MiB`",
    });
  }
};
