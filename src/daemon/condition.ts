import type { WarmError } from "../errors.js";
import { isHostError } from "./host-link.js";
import { backOffMs } from "./state/back-off.js";

/** Whether passes go through, and if not, why and until when the next one waits. */
export type Condition =
  | { readonly state: "running" }
  | {
      readonly state: "standby" | "host-away" | "failing";
      readonly error: WarmError;
      readonly sinceMs: number;
      readonly failures: number;
      readonly retryAtMs: number;
    };

/** Longer is not needed: a look at a host that is away costs next to nothing. */
export const LONGEST_RETRY_MS = 5_000;
const STANDBY_MS = 2_000;

/** What a pass that threw says of the watcher's condition. */
export function afterFailure(before: Condition, error: WarmError, nowMs: number, random: number): Condition {
  const state = error.code === "locked" ? "standby" : isHostError(error) ? "host-away" : "failing";
  const isSame = before.state === state;
  const failures = isSame ? before.failures + 1 : 1;
  const delayMs =
    state === "standby"
      ? STANDBY_MS * (0.75 + random / 2)
      : Math.min(LONGEST_RETRY_MS, backOffMs(failures, random));
  return {
    state,
    error,
    sinceMs: isSame ? before.sinceMs : nowMs,
    failures,
    retryAtMs: nowMs + delayMs,
  };
}
