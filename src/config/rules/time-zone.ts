import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { cut } from "../schema/show-value.js";
import type { Rule } from "./rule.js";

/** A schedule's time zone is one that this Node knows by its IANA name. */
export const timeZone: Rule = function* (draft, positions) {
  for (const [id, { schedule = [] } = {}] of Object.entries(draft.engines ?? {})) {
    for (const [index, { timeZone: zone }] of schedule.entries()) {
      if (zone === undefined || isTimeZone(zone)) continue;
      yield findingAt(positions, pointerTo("engines", id, "schedule", index, "timeZone"), "value", {
        rule: "time-zone",
        message: `\`${cut(zone)}\` is no time zone`,
        hint: "write an IANA name, such as `Europe/Berlin` or `UTC`",
      });
    }
  }
};

function isTimeZone(zone: string): boolean {
  // Newer versions of Node take offsets as well, which have no summer time.
  if (/^[+-]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
