import type { Json } from "../model/canonical.js";
import type { FieldChange, FieldValue } from "../model/plan.js";
import type { ContainerResource, Resource, ResourceLimits, VolumeResource } from "../model/resource.js";
import { isSecret, REDACTED } from "../model/secret.js";
import { templateVolumeSpec } from "../model/spec.js";

export const LIMITS = [
  ["resources.memory", "memoryBytes"],
  ["resources.cpus", "cpus"],
  ["resources.pids", "pids"],
] as const satisfies readonly (readonly [string, keyof ResourceLimits])[];

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
  const variables = Object.keys(env)
    .sort()
    .map((name) => {
      const value = env[name];
      return isSecret(value)
        ? { ...wanted(`env.${name}`, REDACTED), sensitive: true }
        : wanted(`env.${name}`, value ?? null);
    });
  return [
    wanted("image", image.slice("image.".length)),
    wanted("mount", mount),
    wanted("port", port),
    wanted("volume", volume.slice("volume.".length)),
    wanted("network", network.slice("network.".length)),
    ...variables,
    ...LIMITS.flatMap(([path, key]) => (limits[key] === undefined ? [] : [wanted(path, limits[key])])),
  ];
}

const asFieldValue = (value: Json | undefined): FieldValue =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;

function wanted(path: string, after: FieldValue): FieldChange {
  return { path, before: null, after, cause: "config", effect: "update" };
}
