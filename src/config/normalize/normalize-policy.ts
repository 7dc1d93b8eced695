import type { JobSpec } from "../../model/job.js";
import type {
  EngineLimits,
  LeasePolicy,
  PoolPolicy,
  PoolSize,
  ResetPolicy,
  ScheduleEntry,
} from "../../model/pool.js";
import { parseDurationMs, parseSizeBytes } from "../units.js";
import { DEFAULTS } from "./defaults.js";
import { durationMs } from "./normalize-parts.js";
import type {
  RawEngine,
  RawLease,
  RawPoolSize,
  RawReset,
  RawRollout,
  RawScheduleEntry,
} from "./raw-config.js";

/**
 * How a pool is kept, with its defaults filled in.
 * @param limits of its engines, which say how much memory is too much
 * @param job whose time-out ends its leases
 */
export function normalizePolicy(raw: RawEngine, limits: EngineLimits, job: JobSpec | undefined): PoolPolicy {
  const { reset, scale, quarantine, breaker } = raw;
  const hasReset = raw.autoReset ?? DEFAULTS.engine.autoReset;
  return {
    size: normalizeSize(raw.size ?? DEFAULTS.engine.size),
    schedule: (raw.schedule ?? []).map(normalizeScheduleEntry),
    scale: {
      cooldownMs: durationMs(scale?.cooldown) ?? DEFAULTS.scale.cooldownMs,
      refillPerMinute: scale?.refill,
    },
    ttlMs: durationMs(raw.ttl),
    maxJobs: raw.maxJobs,
    maxMemoryBytes: normalizeMaxMemory(raw.maxMemory, limits),
    errorLogs: raw.errors?.log ?? [],
    reset: hasReset && reset !== undefined ? normalizeReset(reset) : undefined,
    lease: normalizeLease(raw.lease, job),
    quarantine: {
      ttlMs: durationMs(quarantine?.ttl) ?? DEFAULTS.quarantine.ttlMs,
      keep: quarantine?.keep ?? DEFAULTS.quarantine.keep,
    },
    breaker: { failures: breaker?.failures ?? DEFAULTS.breaker.failures },
    rollout: normalizeRollout(raw.rollout),
    allowStale: raw.allowStale ?? DEFAULTS.engine.allowStale,
    idle: raw.idle ?? DEFAULTS.engine.idle,
  };
}

function normalizeSize(raw: RawPoolSize): PoolSize {
  if (typeof raw === "number") return { min: raw, max: raw, spare: 0 };
  const { min, max, spare = Math.min(DEFAULTS.engine.spare, max) } = raw;
  return { min, max, spare };
}

function normalizeScheduleEntry(raw: RawScheduleEntry): ScheduleEntry {
  return {
    cron: raw.cron.trim(),
    timeZone: raw.timeZone ?? DEFAULTS.schedule.timeZone,
    forMs: parseDurationMs(raw.for),
    size: normalizeSize(raw.size),
  };
}

function normalizeMaxMemory(
  raw: string | number | undefined,
  { memoryBytes }: EngineLimits,
): number | undefined {
  if (raw !== undefined) return parseSizeBytes(raw);
  return memoryBytes === undefined ? undefined : Math.floor(memoryBytes * DEFAULTS.maxMemoryShare);
}

function normalizeReset(raw: RawReset): ResetPolicy {
  return {
    steps: raw.steps.map(({ exec }) => exec),
    verify: raw.verify.exec,
    timeoutMs: durationMs(raw.timeout) ?? DEFAULTS.reset.timeoutMs,
  };
}

function normalizeLease(raw: RawLease = {}, job: JobSpec | undefined): LeasePolicy {
  return {
    ttlMs: durationMs(raw.ttl) ?? DEFAULTS.lease.ttlMs,
    maxMs: durationMs(raw.max) ?? (job && job.timeoutMs + DEFAULTS.lease.beyondJobMs),
    queue: raw.queue ?? DEFAULTS.lease.queue,
    leakMs: durationMs(raw.leakAfter) ?? DEFAULTS.lease.leakMs,
    onExpire: raw.onExpire ?? DEFAULTS.lease.onExpire,
  };
}

function normalizeRollout({ surge, unavailable, deadline }: RawRollout = {}): PoolPolicy["rollout"] {
  return {
    surge: surge ?? DEFAULTS.rollout.surge,
    unavailable: unavailable ?? DEFAULTS.rollout.unavailable,
    deadlineMs: durationMs(deadline) ?? DEFAULTS.rollout.deadlineMs,
  };
}
