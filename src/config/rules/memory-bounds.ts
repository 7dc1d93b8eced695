import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { parseSizeBytes } from "../units.js";
import type { Rule } from "./rule.js";

/** Docker refuses less. */
const LEAST_BYTES = 6 * 2 ** 20;
const MOST_BYTES = 64 * 2 ** 40;

/** Every memory limit is one that Docker accepts: 6MiB at least. */
export const memoryBounds: Rule = function* (draft, positions) {
  for (const group of ["templates", "engines"] as const) {
    for (const [id, { resources } = {}] of Object.entries(draft[group] ?? {})) {
      const memory = resources?.memory;
      if (memory === undefined) continue;
      const bytes = parseSizeBytes(memory);
      if (bytes >= LEAST_BYTES && bytes <= MOST_BYTES) continue;
      yield findingAt(positions, pointerTo(group, id, "resources", "memory"), "value", {
        rule: "memory-bounds",
        message: `\`${memory}\` is ${bytes > MOST_BYTES ? "more than 64TiB" : "less than 6MiB, Docker's minimum"}`,
        hint: typeof memory === "number" ? "give it a unit, such as `256MiB`" : "write for example `256MiB`",
      });
    }
  }
};
