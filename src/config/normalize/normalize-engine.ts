import type { EngineLimits, PoolResource, Ready } from "../../model/pool.js";
import type { EngineConfig } from "../config.js";
import { pointerTo } from "../file/positions.js";
import { parseSizeBytes } from "../units.js";
import { DEFAULTS } from "./defaults.js";
import { type JobPlace, normalizeJob } from "./normalize-job.js";
import { durationMs, normalizeEnv, normalizeLimits } from "./normalize-parts.js";
import { normalizePolicy } from "./normalize-policy.js";
import type { RawEngine, RawEngineResources, RawLogs, RawReady } from "./raw-config.js";

/** A pool of engines with its defaults filled in. */
export function normalizeEngine(
  id: string,
  raw: RawEngine,
  { secrets, directory }: Omit<JobPlace, "pool">,
): EngineConfig {
  const limits = normalizeEngineLimits(raw.resources);
  const job = raw.job && normalizeJob(raw.job, { pool: id, directory, secrets });
  return {
    id,
    image: raw.image,
    command: raw.command,
    env: normalizeEnv(raw.env, pointerTo("engines", id, "env"), secrets),
    limits,
    noNewPrivileges: raw.security?.noNewPrivileges ?? DEFAULTS.security.noNewPrivileges,
    logs: normalizeLogs(raw.logs),
    ports: raw.ports ?? [],
    ready: normalizeReady(raw.ready),
    policy: normalizePolicy(raw, limits, job),
    job,
  };
}

function normalizeEngineLimits(raw: RawEngineResources = {}): EngineLimits {
  const { swap } = raw;
  return {
    ...DEFAULTS.engineLimits,
    ...normalizeLimits(raw),
    ...(swap === undefined ? {} : { swapBytes: parseSizeBytes(swap) }),
  };
}

function normalizeLogs({ maxSize, maxFiles }: RawLogs = {}): PoolResource["logs"] {
  return {
    maxSizeBytes: maxSize === undefined ? DEFAULTS.logs.maxSizeBytes : parseSizeBytes(maxSize),
    maxFiles: maxFiles ?? DEFAULTS.logs.maxFiles,
  };
}

function normalizeReady(raw: RawReady): Ready {
  const timeoutMs = durationMs(raw.timeout) ?? DEFAULTS.ready.timeoutMs;
  if (raw.log !== undefined) return { type: "log", text: raw.log, timeoutMs };
  if (raw.http !== undefined) {
    return { type: "http", port: raw.http.port, path: raw.http.path ?? DEFAULTS.ready.path, timeoutMs };
  }
  if (raw.tcp !== undefined) return { type: "tcp", port: raw.tcp, timeoutMs };
  if (raw.exec !== undefined) return { type: "exec", command: raw.exec, timeoutMs };
  return { type: "healthcheck", timeoutMs };
}
