import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { parseSizeBytes } from "../units.js";
import type { Rule } from "./rule.js";

/** Swap stands beside the memory that it goes beyond: one without the other says nothing to who reads the file. */
export const swapMemory: Rule = function* (draft, positions) {
  for (const [id, { resources } = {}] of Object.entries(draft.engines ?? {})) {
    const swap = resources?.swap;
    if (swap === undefined || parseSizeBytes(swap) === 0) continue;
    if (positions.has(pointerTo("engines", id, "resources", "memory"))) continue;
    yield findingAt(positions, pointerTo("engines", id, "resources", "swap"), "value", {
      rule: "swap-memory",
      message: "swap is what goes beyond the memory, and no memory is given",
      hint: `write \`resources: { memory: 4GiB, swap: ${swap} }\``,
    });
  }
};
