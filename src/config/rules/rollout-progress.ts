import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { DEFAULTS } from "../normalize/defaults.js";
import type { Rule } from "./rule.js";

/** A rollout may start an engine beside the old ones or take one away first: else it could never begin. */
export const rolloutProgress: Rule = function* (draft, positions) {
  for (const [id, { rollout } = {}] of Object.entries(draft.engines ?? {})) {
    const { surge = DEFAULTS.rollout.surge, unavailable = DEFAULTS.rollout.unavailable } = rollout ?? {};
    if (surge + unavailable > 0) continue;
    // One that does not fit the schema is a problem of its own.
    if (
      rollout?.unavailable === undefined &&
      positions.has(pointerTo("engines", id, "rollout", "unavailable"))
    )
      continue;
    yield findingAt(positions, pointerTo("engines", id, "rollout", "surge"), "value", {
      rule: "rollout-progress",
      message: "with surge 0 and unavailable 0 no engine could ever be replaced",
      hint: "write `surge: 1` to start the new one first, or `unavailable: 1` to remove the old one first",
    });
  }
};
