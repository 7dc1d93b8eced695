import { resolve } from "node:path";
import type { HostCommand, JobOutput, JobParam, JobSpec, Witness } from "../../model/job.js";
import { pointerTo } from "../file/positions.js";
import { parseSizeBytes } from "../units.js";
import { DEFAULTS } from "./defaults.js";
import { normalizeDriver } from "./normalize-driver.js";
import { durationMs, type SecretsByPointer } from "./normalize-parts.js";
import type { RawHostCommand, RawJob, RawOutput, RawParam, RawWitness } from "./raw-config.js";

/** Where the jobs of a pool stand in the file, and the file in the world. */
export interface JobPlace {
  readonly pool: string;
  /** Of the file, absolute. */
  readonly directory: string;
  readonly secrets: SecretsByPointer;
}

/** A job with its defaults filled in. */
export function normalizeJob(raw: RawJob, { pool, directory, secrets }: JobPlace): JobSpec {
  return {
    driver: normalizeDriver(raw, pointerTo("engines", pool, "job"), secrets),
    params: Object.entries(raw.params ?? {}).map(([name, param]) => normalizeParam(name, param)),
    key: raw.key,
    confirm: raw.confirm && normalizeWitness(raw.confirm),
    done: raw.done && normalizeWitness(raw.done),
    timeoutMs: durationMs(raw.timeout) ?? DEFAULTS.job.timeoutMs,
    retries: raw.retries ?? DEFAULTS.job.retries,
    outputs: (raw.outputs ?? []).map((output) => normalizeOutput(output, directory)),
    maxOutputBytes: raw.maxOutput === undefined ? DEFAULTS.job.maxOutputBytes : parseSizeBytes(raw.maxOutput),
    post: (raw.post ?? []).map(normalizeHostCommand),
    chunks: raw.chunks,
    merge: raw.merge && normalizeHostCommand(raw.merge),
    baseDir: directory,
  };
}

function normalizeParam(name: string, raw: RawParam): JobParam {
  return {
    name,
    type: raw.type ?? DEFAULTS.param.type,
    default: raw.default,
    minLength: raw.minLength ?? DEFAULTS.param.minLength,
    maxLength: raw.maxLength ?? DEFAULTS.param.maxLength,
    pattern: raw.pattern,
    minimum: raw.minimum,
    maximum: raw.maximum,
  };
}

function normalizeOutput(raw: RawOutput, directory: string): JobOutput {
  const schemas = Object.entries(raw.schemas ?? {}).map(([pattern, path]) => [
    pattern,
    resolve(directory, path),
  ]);
  return {
    from: raw.from,
    to: raw.to,
    require: raw.require ?? [],
    ready: raw.ready && normalizeWitness(raw.ready),
    schemas: Object.fromEntries(schemas) as Readonly<Record<string, string>>,
  };
}

function normalizeHostCommand({ exec, timeout }: RawHostCommand): HostCommand {
  return { command: exec, timeoutMs: durationMs(timeout) ?? DEFAULTS.hostCommand.timeoutMs };
}

function normalizeWitness({ log, file }: RawWitness): Witness {
  if (log !== undefined) return { type: "log", text: log };
  return { type: "file", path: file?.path ?? "", contains: file?.contains };
}
