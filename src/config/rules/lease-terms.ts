import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import type { DraftEngine } from "../normalize/raw-config.js";
import { parseDurationMs } from "../units.js";
import type { Rule } from "./rule.js";

/** A lease can last for its time to live, and an engine is only reset on expiry where there is a reset. */
export const leaseTerms: Rule = function* (draft, positions) {
  for (const [id, engine = {}] of Object.entries(draft.engines ?? {})) {
    const { ttl, max, onExpire } = engine.lease ?? {};
    if (ttl !== undefined && max !== undefined && parseDurationMs(ttl) > parseDurationMs(max)) {
      yield findingAt(positions, pointerTo("engines", id, "lease", "ttl"), "value", {
        rule: "lease-terms",
        message: `ttl is ${ttl}, more than max, which is ${max}`,
        hint: `lower ttl to ${max}, or raise max to ${ttl}`,
      });
    }
    const isReset = positions.has(pointerTo("engines", id, "reset")) && engine.autoReset !== false;
    if (onExpire === "reset" && !isReset) {
      yield findingAt(positions, pointerTo("engines", id, "lease", "onExpire"), "value", {
        rule: "lease-terms",
        message: whyNoReset(engine),
        hint: "write `onExpire: recycle`, or say how an engine is reset",
      });
    }
  }
};

function whyNoReset({ autoReset }: DraftEngine): string {
  return autoReset === false
    ? "engines of this pool are not reset: `autoReset` is false"
    : "engines of this pool are not reset: there is no `reset`";
}
