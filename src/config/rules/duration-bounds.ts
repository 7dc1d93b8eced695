import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import type { Draft, DraftEngine } from "../normalize/raw-config.js";
import { parseDurationMs } from "../units.js";
import type { Rule } from "./rule.js";

const HOUR_MS = 3_600_000;
/** A wait longer than a day is a slip. */
const WAIT = { ms: 24 * HOUR_MS, text: "24h" };
/** Timers overflow at 24.8 days. */
const STAY = { ms: 20 * 24 * HOUR_MS, text: "480h" };
const LIFE = { ms: 365 * 24 * HOUR_MS, text: "8760h" };

type Duration = readonly [pointer: string, text: string | undefined, longest: typeof WAIT];

/** Every duration is more than nothing, a wait at most a day, a stay at most twenty, a life at most a year. */
export const durationBounds: Rule = function* (draft, positions) {
  for (const [pointer, text, longest] of findDurations(draft)) {
    if (text === undefined) continue;
    const ms = parseDurationMs(text);
    if (ms > 0 && ms <= longest.ms) continue;
    yield findingAt(positions, pointer, "value", {
      rule: "duration-bounds",
      message: ms > 0 ? `\`${text}\` is longer than ${longest.text}` : `\`${text}\` is no time at all`,
      hint: `write a duration of 1ms to ${longest.text}, such as \`30s\``,
    });
  }
};

function* findDurations(draft: Draft): Generator<Duration> {
  yield ["/interval", draft.interval, WAIT];
  yield ["/flapping/within", draft.flapping?.within, WAIT];
  yield ["/requests/ttl", draft.requests?.ttl, LIFE];
  yield ["/requests/sessionTtl", draft.requests?.sessionTtl, LIFE];
  yield ["/pull/idleTimeout", draft.pull?.idleTimeout, WAIT];
  for (const [id, { health } = {}] of Object.entries(draft.templates ?? {})) {
    yield [pointerTo("templates", id, "health", "interval"), health?.interval, WAIT];
    yield [pointerTo("templates", id, "health", "timeout"), health?.timeout, WAIT];
  }
  for (const [id, { ttl } = {}] of Object.entries(draft.sessions ?? {}))
    yield [pointerTo("sessions", id, "ttl"), ttl, LIFE];
  for (const [id, engine = {}] of Object.entries(draft.engines ?? {})) {
    const base = pointerTo("engines", id);
    for (const [below, text, longest] of findDurationsOfPool(engine)) yield [base + below, text, longest];
  }
}

/** By pointers below the pool. */
function* findDurationsOfPool({
  ttl,
  ready,
  job,
  reset,
  lease,
  quarantine,
  scale,
  rollout,
  schedule = [],
}: DraftEngine): Generator<Duration> {
  yield ["/ttl", ttl, LIFE];
  yield ["/ready/timeout", ready?.timeout, WAIT];
  yield ["/job/timeout", job?.timeout, WAIT];
  for (const [index, { timeout }] of (job?.post ?? []).entries())
    yield [pointerTo("job", "post", index, "timeout"), timeout, WAIT];
  yield ["/job/merge/timeout", job?.merge?.timeout, WAIT];
  yield ["/reset/timeout", reset?.timeout, WAIT];
  yield ["/lease/ttl", lease?.ttl, WAIT];
  yield ["/lease/max", lease?.max, STAY];
  yield ["/lease/leakAfter", lease?.leakAfter, STAY];
  yield ["/quarantine/ttl", quarantine?.ttl, STAY];
  yield ["/scale/cooldown", scale?.cooldown, WAIT];
  yield ["/rollout/deadline", rollout?.deadline, WAIT];
  for (const [index, entry] of schedule.entries())
    yield [pointerTo("schedule", index, "for"), entry.for, STAY];
}
