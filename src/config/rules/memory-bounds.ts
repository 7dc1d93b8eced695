import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { parseSizeBytes } from "../units.js";
import type { Rule } from "./rule.js";

/** Docker refuses less. */
const LEAST_BYTES = 6 * 2 ** 20;
const MOST_BYTES = 64 * 2 ** 40;

/** Every memory limit is one that Docker accepts: 6MiB at least. Swap may be none. */
export const memoryBounds: Rule = function* (draft, positions) {
  for (const group of ["templates", "engines"] as const) {
    for (const [id, { resources } = {}] of Object.entries(draft[group] ?? {})) {
      const swap = resources !== undefined && "swap" in resources ? resources.swap : undefined;
      for (const [key, size, least] of [
        ["memory", resources?.memory, LEAST_BYTES],
        ["swap", swap, 0],
      ] as const) {
        if (size === undefined) continue;
        const bytes = parseSizeBytes(size);
        if (bytes >= least && bytes <= MOST_BYTES) continue;
        yield findingAt(positions, pointerTo(group, id, "resources", key), "value", {
          rule: "memory-bounds",
          message: `\`${size}\` is ${bytes > MOST_BYTES ? "more than 64TiB" : "less than 6MiB, Docker's minimum"}`,
          hint: typeof size === "number" ? "give it a unit, such as `256MiB`" : "write for example `256MiB`",
        });
      }
    }
  }
};
