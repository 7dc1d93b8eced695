import type { Json } from "../model/canonical.js";
import type { FieldChange, FieldValue } from "../model/plan.js";
import type {
  ContainerResource,
  EngineResource,
  Resource,
  ResourceLimits,
  VolumeResource,
} from "../model/resource.js";
import { isSecret, REDACTED } from "../model/secret.js";
import { type EngineSpec, engineSpec, templateVolumeSpec } from "../model/spec.js";

export const LIMITS = [
  ["resources.memory", "memoryBytes"],
  ["resources.cpus", "cpus"],
  ["resources.pids", "pids"],
] as const satisfies readonly (readonly [string, keyof ResourceLimits])[];

/** What an engine is made with beside its image, network, environment and limits: nothing changes it in place. */
export const ENGINE_FIELDS = [
  ["command", ({ command }) => (command === undefined ? null : command.map(asWord).join(" "))],
  ["ports", ({ ports }) => (ports.length === 0 ? null : ports.join(", "))],
  ["security.noNewPrivileges", ({ noNewPrivileges }) => noNewPrivileges],
  ["logs.maxSize", ({ logs }) => logs.maxSizeBytes],
  ["logs.maxFiles", ({ logs }) => logs.maxFiles],
  ["resources.swap", ({ swapBytes }) => swapBytes],
] as const satisfies readonly (readonly [string, (spec: EngineSpec) => FieldValue])[];

/** A word that could be taken for several, or for none, is quoted: two commands that differ never read the same. */
function asWord(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : JSON.stringify(word);
}

/**
 * Every field of a resource that is not there yet. Without them the digest of a creation would say only that
 * something of this name is made, and a plan could be approved for one content and applied with another.
 */
export function wantedFields(resource: Resource): FieldChange[] {
  switch (resource.kind) {
    case "network":
      return [wanted("driver", resource.driver)];
    case "image":
      return [];
    case "volume":
      return volumeFields(resource);
    case "container":
      return containerFields(resource);
    case "engine":
      return engineFields(resource);
    default:
      return resource satisfies never;
  }
}

/** The ttl is a length in milliseconds. */
function volumeFields(resource: VolumeResource): FieldChange[] {
  if (resource.role === "session") {
    const { session, tid, ttlMs } = resource;
    const ttl = ttlMs === undefined ? [] : [wanted("ttl", ttlMs)];
    return [wanted("session", session), wanted("template", tid), ...ttl];
  }
  const spec = templateVolumeSpec(resource);
  return Object.entries(spec).map(([path, value]) => wanted(path, asFieldValue(value)));
}

function containerFields({
  image,
  network,
  volume,
  mount,
  port,
  env,
  limits,
}: ContainerResource): FieldChange[] {
  return [
    wanted("image", image.slice("image.".length)),
    wanted("mount", mount),
    wanted("port", port),
    wanted("volume", volume.slice("volume.".length)),
    wanted("network", network.slice("network.".length)),
    ...envFields(env),
    ...limitFields(limits),
  ];
}

function engineFields(engine: EngineResource): FieldChange[] {
  const { env, limits } = engine.pool;
  const spec = engineSpec(engine, () => "");
  const fixed = ENGINE_FIELDS.flatMap(([path, read]) => {
    const value = read(spec);
    return value === null ? [] : [wanted(path, value)];
  });
  const places = [wanted("image", spec.image), wanted("network", spec.network)];
  return [...places, ...fixed, ...envFields(env), ...limitFields(limits)];
}

function envFields(env: ContainerResource["env"]): FieldChange[] {
  return Object.keys(env)
    .sort()
    .map((name) => {
      const value = env[name];
      return isSecret(value)
        ? { ...wanted(`env.${name}`, REDACTED), sensitive: true }
        : wanted(`env.${name}`, value ?? null);
    });
}

function limitFields(limits: ResourceLimits): FieldChange[] {
  return LIMITS.flatMap(([path, key]) => (limits[key] === undefined ? [] : [wanted(path, limits[key])]));
}

const asFieldValue = (value: Json | undefined): FieldValue =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;

function wanted(path: string, after: FieldValue): FieldChange {
  return { path, before: null, after, cause: "config", effect: "update" };
}
