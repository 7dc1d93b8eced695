import { canonicalJson, type Json, sha256 } from "./canonical.js";
import type { ContainerResource, NetworkResource, VolumeResource } from "./resource.js";
import { isSecret, saltOf, saltSecret } from "./secret.js";

/** The fields of a container that the user set, as they stand in its label; limits beside the fixed ones. */
export interface ContainerSpec {
  readonly [field: string]: Json | undefined;
  readonly image: string;
  readonly network: string;
  readonly volume: string;
  readonly mount: string;
  readonly env: { readonly [name: string]: Json | undefined };
  readonly limits: { readonly memoryBytes?: number; readonly cpus?: number; readonly pids?: number };
}

/**
 * The spec of a container, with every secret replaced by its salted hash.
 * @param saltFor the salt of the secret in `env[name]`: the one in the last applied label where there is one,
 * so that an unchanged secret compares equal; a fresh random one when the container is made.
 */
export function containerSpec(resource: ContainerResource, saltFor: (name: string) => string): ContainerSpec {
  const env = Object.entries(resource.env).map(([name, value]): [string, Json] => [
    name,
    isSecret(value) ? { ...saltSecret(value, saltFor(name)) } : value,
  ]);
  return {
    image: resource.image.slice("image.".length),
    network: resource.network.slice("network.".length),
    volume: resource.volume.slice("volume.".length),
    mount: resource.mount,
    env: Object.fromEntries(env),
    limits: { ...resource.limits },
  };
}

/** The salt to compare with a last applied spec, or none that could ever match. */
export function lastAppliedSalt(lastApplied: ContainerSpec | undefined): (name: string) => string {
  return (name) => saltOf(lastApplied?.env[name]) ?? "";
}

/** A spec read from a label; undefined when the label is absent or is not one of ours. */
export function parseContainerSpec(label: string | undefined): ContainerSpec | undefined {
  if (label === undefined) return undefined;
  try {
    const value = JSON.parse(label) as Partial<ContainerSpec> | null;
    const isSpec = typeof value?.image === "string" && typeof value.env === "object" && typeof value.limits === "object";
    return isSpec ? (value as ContainerSpec) : undefined;
  } catch {
    return undefined;
  }
}

/** `h1:` and the sha256 of what cannot be changed in place. A new algorithm gets a new prefix. */
export function specHash(spec: Json): string {
  return `h1:${sha256(canonicalJson(spec))}`;
}

/** Limits are left out: they change in place, and labels cannot follow. */
export function containerSpecHash({ limits: _inPlace, ...fixed }: ContainerSpec): string {
  return specHash(fixed);
}

export function networkSpecHash(network: NetworkResource): string {
  return specHash({ driver: network.driver });
}

export function volumeSpecHash(volume: VolumeResource): string {
  return specHash({ blob: volume.blob, mount: volume.mount });
}
