import { formatDurationMs } from "../report/text/units.js";
import type { Condition } from "./condition.js";
import type { WatchLog } from "./log/watch-log.js";

type Hindered = Exclude<Condition, { state: "running" }>;

/** Tells why no pass goes through, once: what is known already is for whoever reads every line. */
export function tellHindrance(before: Condition, now: Hindered, log: WatchLog): void {
  const { state, error } = now;
  const fields = { code: error.code, hint: error.hint };
  const isKnown = before.state === state && before.error.message === error.message;
  if (isKnown) log.debug("still failing", { ...fields, detail: error.message });
  else if (state === "standby") log.warn("standing by", { ...fields, detail: error.message });
  else if (state === "host-away") {
    if (before.state !== "host-away")
      log.warn("host away", { ...fields, detail: `${error.message}; trying again` });
  } else log.error("pass failed", { ...fields, detail: error.message, stack: (error.cause as Error)?.stack });
}

const WORDS = {
  "host-away": "host back",
  "standby": "lock taken",
  "failing": "passes go through again",
} as const satisfies Record<Hindered["state"], string>;

/** Passes go through again. */
export function tellRecovery({ state, sinceMs }: Hindered, nowMs: number, log: WatchLog): void {
  const afterMs = nowMs - sinceMs;
  const message = WORDS[state];
  log.info(message, { afterMs, detail: `${message} after ${formatDurationMs(afterMs)}` });
}
