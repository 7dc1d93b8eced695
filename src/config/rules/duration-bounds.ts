import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import type { Draft } from "../normalize/raw-config.js";
import { parseDurationMs } from "../units.js";
import type { Rule } from "./rule.js";

const HOUR_MS = 3_600_000;
/** Timers overflow at 24.8 days; a wait longer than a day is a slip anyway. */
const LONGEST_WAIT = { ms: 24 * HOUR_MS, text: "24h" };
const LONGEST_LIFE = { ms: 365 * 24 * HOUR_MS, text: "8760h" };

/** Every duration is more than nothing, a wait at most a day, a life at most a year. */
export const durationBounds: Rule = function* (draft, positions) {
  for (const [pointer, text] of findDurations(draft)) {
    if (text === undefined) continue;
    const ms = parseDurationMs(text);
    const longest = pointer.endsWith("/ttl") ? LONGEST_LIFE : LONGEST_WAIT;
    if (ms > 0 && ms <= longest.ms) continue;
    yield findingAt(positions, pointer, "value", {
      rule: "duration-bounds",
      message: ms > 0 ? `\`${text}\` is longer than ${longest.text}` : `\`${text}\` is no time at all`,
      hint: `write a duration of 1ms to ${longest.text}, such as \`30s\``,
    });
  }
};

function* findDurations(draft: Draft): Generator<[pointer: string, text: string | undefined]> {
  yield ["/interval", draft.interval];
  yield ["/flapping/within", draft.flapping?.within];
  yield ["/pull/idleTimeout", draft.pull?.idleTimeout];
  for (const [id, { health } = {}] of Object.entries(draft.templates ?? {})) {
    yield [pointerTo("templates", id, "health", "interval"), health?.interval];
    yield [pointerTo("templates", id, "health", "timeout"), health?.timeout];
  }
  for (const [id, { ttl } = {}] of Object.entries(draft.sessions ?? {}))
    yield [pointerTo("sessions", id, "ttl"), ttl];
  for (const [id, { ttl, ready, job, reset } = {}] of Object.entries(draft.engines ?? {})) {
    yield [pointerTo("engines", id, "ttl"), ttl];
    yield [pointerTo("engines", id, "ready", "timeout"), ready?.timeout];
    yield [pointerTo("engines", id, "job", "timeout"), job?.timeout];
    yield [pointerTo("engines", id, "reset", "timeout"), reset?.timeout];
  }
}
