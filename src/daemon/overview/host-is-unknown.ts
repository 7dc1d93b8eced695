import { WarmError } from "../../errors.js";
import type { Condition } from "../condition.js";

/** Why nothing can be told of the host: what keeps passes from being made, or that none was made yet. */
export const hostIsUnknown = (condition: Condition): WarmError =>
  condition.state === "running"
    ? new WarmError("host-unreachable", "the watcher has not looked at its host yet", {
        hint: "ask again in a moment",
      })
    : condition.error;
