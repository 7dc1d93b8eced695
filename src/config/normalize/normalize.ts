import { resolve } from "node:path";
import type { Health } from "../../model/resource.js";
import type { Config, NotifyConfig, SessionConfig, TemplateConfig } from "../config.js";
import { pointerTo } from "../file/positions.js";
import { parseSizeBytes } from "../units.js";
import { DEFAULTS } from "./defaults.js";
import { normalizeEngine } from "./normalize-engine.js";
import {
  durationMs,
  normalizeEnv,
  normalizeLimits,
  readSecret,
  type SecretsByPointer,
} from "./normalize-parts.js";
import type { RawConfig, RawHealth, RawNotification, RawSession, RawTemplate } from "./raw-config.js";

/**
 * A file without problems as a Config.
 * @param directory the file's
 * @param dataBase where `dataDir` starts from
 */
export function normalizeConfig(
  raw: RawConfig,
  secrets: SecretsByPointer,
  { directory, dataBase }: { readonly directory: string; readonly dataBase: string },
): Config {
  const { pull = {} } = raw;
  return {
    project: raw.project,
    prefix: raw.prefix ?? DEFAULTS.prefix,
    network: raw.network ?? DEFAULTS.network,
    data: {
      dir: resolve(dataBase, raw.dataDir ?? DEFAULTS.dataDir),
      maxBytes: raw.cache?.maxSize === undefined ? undefined : parseSizeBytes(raw.cache.maxSize),
    },
    pull: {
      concurrency: pull.concurrency ?? DEFAULTS.pull.concurrency,
      policy: pull.policy ?? DEFAULTS.pull.policy,
      retries: pull.retries ?? DEFAULTS.pull.retries,
      idleTimeoutMs: durationMs(pull.idleTimeout) ?? DEFAULTS.pull.idleTimeoutMs,
    },
    prune: raw.prune ?? DEFAULTS.prune,
    intervalMs: durationMs(raw.interval) ?? DEFAULTS.intervalMs,
    drift: raw.drift ?? DEFAULTS.drift,
    flapping: {
      heals: raw.flapping?.heals ?? DEFAULTS.flapping.heals,
      withinMs: durationMs(raw.flapping?.within) ?? DEFAULTS.flapping.withinMs,
    },
    requests: {
      templateTtlMs: durationMs(raw.requests?.ttl) ?? DEFAULTS.requests.templateTtlMs,
      sessionTtlMs: durationMs(raw.requests?.sessionTtl) ?? DEFAULTS.requests.sessionTtlMs,
      max: raw.requests?.max ?? DEFAULTS.requests.max,
    },
    notify: mapById(raw.notify, (id, one) => normalizeNotification(id, one, secrets)),
    templates: mapById(raw.templates, (id, template) => normalizeTemplate(id, template, secrets)),
    sessions: mapById(raw.sessions, normalizeSession),
    engines: mapById(raw.engines, (id, engine) => normalizeEngine(id, engine, { secrets, directory })),
  };
}

/** Sorted by id in code units, so that the file's order means nothing. */
function mapById<Raw, Result>(
  members: Readonly<Record<string, Raw>> | undefined,
  normalize: (id: string, raw: Raw) => Result,
): Result[] {
  return Object.entries(members ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, raw]) => normalize(id, raw));
}

/** @param secrets of its env */
export function normalizeTemplate(id: string, raw: RawTemplate, secrets: SecretsByPointer): TemplateConfig {
  return {
    id,
    image: raw.image,
    blob: raw.blob,
    port: raw.port ?? DEFAULTS.template.port,
    mount: raw.mount ?? DEFAULTS.template.mount,
    health: normalizeHealth(raw.health ?? {}),
    env: normalizeEnv(raw.env, pointerTo("templates", id, "env"), secrets),
    limits: normalizeLimits(raw.resources),
  };
}

function normalizeSession(id: string, raw: RawSession): SessionConfig {
  const { template, processors = [], plugins = [] } = raw;
  return { id, template, processors, plugins, ttlMs: durationMs(raw.ttl) };
}

function normalizeNotification(
  id: string,
  { webhook, exec = [], on = [] }: RawNotification,
  secrets: SecretsByPointer,
): NotifyConfig {
  if (webhook === undefined) return { id, on, type: "exec", command: exec };
  const url = typeof webhook === "string" ? webhook : readSecret(pointerTo("notify", id, "webhook"), secrets);
  return { id, on, type: "webhook", url };
}

function normalizeHealth(raw: RawHealth): Health {
  const timing = {
    intervalMs: durationMs(raw.interval) ?? DEFAULTS.health.intervalMs,
    timeoutMs: durationMs(raw.timeout) ?? DEFAULTS.health.timeoutMs,
  };
  if (raw.tcp) return { type: "tcp", ...timing };
  if (raw.exec !== undefined) return { type: "exec", command: raw.exec, ...timing };
  if (raw.healthcheck) return { type: "healthcheck", ...timing };
  return { type: "http", path: raw.path ?? DEFAULTS.health.path, ...timing };
}
