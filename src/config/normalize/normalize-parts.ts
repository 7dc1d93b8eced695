import type { ResourceLimits } from "../../model/resource.js";
import type { Secret } from "../../model/secret.js";
import type { Env } from "../config.js";
import { pointerTo } from "../file/positions.js";
import { parseDurationMs, parseSizeBytes } from "../units.js";
import type { RawEnv, RawResources } from "./raw-config.js";

/** Secrets by the pointer of their env value. */
export type SecretsByPointer = ReadonlyMap<string, Secret>;

/** The environment of a container, in the order of names. */
export function normalizeEnv(raw: RawEnv = {}, pointer: string, secrets: SecretsByPointer): Env {
  const entries = Object.entries(raw).map(([name, value]): [string, string | Secret] => {
    if (typeof value !== "object") return [name, String(value)];
    return [name, readSecret(pointer + pointerTo(name), secrets)];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function readSecret(pointer: string, secrets: SecretsByPointer): Secret {
  const secret = secrets.get(pointer);
  if (secret === undefined) throw new Error(`the secret at ${pointer} was not read`);
  return secret;
}

export function normalizeLimits({ memory, cpus, pids }: RawResources = {}): ResourceLimits {
  return {
    ...(memory === undefined ? {} : { memoryBytes: parseSizeBytes(memory) }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(pids === undefined ? {} : { pids }),
  };
}

export function durationMs(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDurationMs(text);
}
