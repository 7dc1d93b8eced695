import type { EngineConfig, JobConfig, JobParam, PoolSize, Ready, ResetConfig, Witness } from "../config.js";
import { pointerTo } from "../file/positions.js";
import { DEFAULTS } from "./defaults.js";
import { durationMs, normalizeEnv, normalizeLimits, type SecretsByPointer } from "./normalize-parts.js";
import type {
  RawEngine,
  RawJob,
  RawParam,
  RawPoolSize,
  RawReady,
  RawReset,
  RawWitness,
} from "./raw-config.js";

/** A pool of engines with its defaults filled in. */
export function normalizeEngine(id: string, raw: RawEngine, secrets: SecretsByPointer): EngineConfig {
  return {
    id,
    image: raw.image,
    size: normalizeSize(raw.size ?? DEFAULTS.engine.size),
    env: normalizeEnv(raw.env, pointerTo("engines", id, "env"), secrets),
    limits: normalizeLimits(raw.resources),
    ready: normalizeReady(raw.ready),
    ttlMs: durationMs(raw.ttl),
    maxJobs: raw.maxJobs,
    autoReset: raw.autoReset ?? DEFAULTS.engine.autoReset,
    job: raw.job === undefined ? undefined : normalizeJob(raw.job),
    reset: raw.reset === undefined ? undefined : normalizeReset(raw.reset),
  };
}

function normalizeSize(raw: RawPoolSize): PoolSize {
  if (typeof raw === "number") return { min: raw, max: raw, spare: 0 };
  const { min, max, spare = Math.min(DEFAULTS.engine.spare, max) } = raw;
  return { min, max, spare };
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

function normalizeJob(raw: RawJob): JobConfig {
  return {
    driver: raw.driver,
    command: raw.command,
    params: Object.entries(raw.params ?? {}).map(([name, param]) => normalizeParam(name, param)),
    key: raw.key,
    confirm: raw.confirm === undefined ? undefined : normalizeWitness(raw.confirm),
    done: normalizeWitness(raw.done),
    timeoutMs: durationMs(raw.timeout) ?? DEFAULTS.job.timeoutMs,
    outputs: (raw.outputs ?? []).map(({ from, to, require = [] }) => ({ from, to, require })),
  };
}

function normalizeParam(name: string, raw: RawParam): JobParam {
  return {
    name,
    type: raw.type ?? DEFAULTS.param.type,
    default: raw.default,
    maxLength: raw.maxLength ?? DEFAULTS.param.maxLength,
    minimum: raw.minimum,
    maximum: raw.maximum,
  };
}

function normalizeWitness({ log, file }: RawWitness): Witness {
  if (log !== undefined) return { type: "log", text: log };
  return { type: "file", path: file?.path ?? "", contains: file?.contains };
}

function normalizeReset(raw: RawReset): ResetConfig {
  return {
    steps: raw.steps.map(({ exec }) => exec),
    verify: raw.verify.exec,
    timeoutMs: durationMs(raw.timeout) ?? DEFAULTS.reset.timeoutMs,
  };
}
