import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import type { Rule } from "./rule.js";

/** A pool's min is not above its max, nor are its spare engines. */
export const poolSize: Rule = function* (draft, positions) {
  for (const [id, { size } = {}] of Object.entries(draft.engines ?? {})) {
    if (typeof size !== "object" || size.max === undefined) continue;
    for (const key of ["min", "spare"] as const) {
      const value = size[key];
      if (value === undefined || value <= size.max) continue;
      yield findingAt(positions, pointerTo("engines", id, "size", key), "value", {
        rule: "pool-size",
        message: `${key} is ${value}, more than max, which is ${size.max}`,
        hint: `lower ${key} to ${size.max}, or raise max to ${value}`,
      });
    }
  }
};
