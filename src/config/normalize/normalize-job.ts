import type { JobConfig, JobParam, Witness } from "../config.js";
import { DEFAULTS } from "./defaults.js";
import { durationMs } from "./normalize-parts.js";
import type { RawJob, RawParam, RawWitness } from "./raw-config.js";

/** A job with its defaults filled in. */
export function normalizeJob(raw: RawJob): JobConfig {
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
