import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import type { DraftEngine, RawPoolSize } from "../normalize/raw-config.js";
import type { Rule } from "./rule.js";

type DraftSize = Partial<Exclude<RawPoolSize, number>>;

/** A pool's min is not above its max, nor are its spare engines, whatever the time. */
export const poolSize: Rule = function* (draft, positions) {
  for (const [id, engine = {}] of Object.entries(draft.engines ?? {})) {
    for (const [below, { min, spare, max }] of findSizes(engine)) {
      if (max === undefined) continue;
      for (const [key, value] of Object.entries({ min, spare })) {
        if (value === undefined || value <= max) continue;
        yield findingAt(positions, pointerTo("engines", id) + below + pointerTo(key), "value", {
          rule: "pool-size",
          message: `${key} is ${value}, more than max, which is ${max}`,
          hint: `lower ${key} to ${max}, or raise max to ${value}`,
        });
      }
    }
  }
};

/** Those that are more than a number. */
function* findSizes({ size, schedule = [] }: DraftEngine): Generator<[below: string, size: DraftSize]> {
  if (typeof size === "object") yield ["/size", size];
  for (const [index, entry] of schedule.entries())
    if (typeof entry.size === "object") yield [pointerTo("schedule", index, "size"), entry.size];
}
