import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import type { Rule } from "./rule.js";

/** No two outputs of a job go to one folder. */
export const uniqueOutputs: Rule = function* (draft, positions) {
  for (const [id, { job } = {}] of Object.entries(draft.engines ?? {})) {
    const seen = new Set<string>();
    for (const [index, { to }] of (job?.outputs ?? []).entries()) {
      if (seen.has(to)) {
        yield findingAt(positions, pointerTo("engines", id, "job", "outputs", index, "to"), "value", {
          rule: "unique-outputs",
          message: `another output goes to \`${to}\` already`,
          hint: "give each output a folder of its own",
        });
      }
      seen.add(to);
    }
  }
};
