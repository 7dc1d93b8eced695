import { canonicalJson, type Json, sha256 } from "./canonical.js";
import type {
  ContainerResource,
  EngineResource,
  NetworkResource,
  SessionVolume,
  TemplateVolume,
  VolumeResource,
} from "./resource.js";
import { isSecret, saltOf, saltSecret } from "./secret.js";

/** The fields of a container that the user set, as they stand in its label; limits beside the fixed ones. */
export interface ContainerSpec {
  readonly [field: string]: Json | undefined;
  readonly image: string;
  readonly network: string;
  readonly volume: string;
  readonly mount: string;
  /** Not in the labels of older versions. */
  readonly port?: number;
  readonly env: { readonly [name: string]: Json | undefined };
  readonly limits: { readonly memoryBytes?: number; readonly cpus?: number; readonly pids?: number };
}

/**
 * The spec of a container, with every secret replaced by its salted hash.
 * @param saltFor the salt of the secret in `env[name]`: the one in the last applied label where there is one,
 * so that an unchanged secret compares equal; a fresh random one when the container is made.
 */
export function containerSpec(resource: ContainerResource, saltFor: (name: string) => string): ContainerSpec {
  return {
    image: resource.image.slice("image.".length),
    network: resource.network.slice("network.".length),
    volume: resource.volume.slice("volume.".length),
    mount: resource.mount,
    port: resource.port,
    env: envSpec(resource.env, saltFor),
    limits: { ...resource.limits },
  };
}

function envSpec(env: ContainerResource["env"], saltFor: (name: string) => string): Record<string, Json> {
  const members = Object.entries(env).map(([name, value]): [string, Json] => [
    name,
    isSecret(value) ? { ...saltSecret(value, saltFor(name)) } : value,
  ]);
  return Object.fromEntries(members);
}

/** The salt to compare with a last applied spec, or none that could ever match. */
export function lastAppliedSalt(
  lastApplied: Pick<ContainerSpec, "env"> | undefined,
): (name: string) => string {
  return (name) => saltOf(lastApplied?.env[name]) ?? "";
}

/** A spec read from a label; undefined when the label is absent or is not one of ours. */
export function parseContainerSpec(label: string | undefined): ContainerSpec | undefined {
  const value = parseLabel(label) as Partial<ContainerSpec> | null;
  const texts = [value?.image, value?.network, value?.volume, value?.mount];
  const isSpec =
    texts.every((text) => typeof text === "string") &&
    (value?.port === undefined || typeof value.port === "number") &&
    isMapOf(value?.env, (member) => typeof member === "string" || saltOf(member) !== undefined) &&
    isMapOf(value?.limits, (member) => typeof member === "number");
  return isSpec ? (value as ContainerSpec) : undefined;
}

function isMapOf(value: unknown, isMember: (member: unknown) => boolean): boolean {
  return typeof value === "object" && value !== null && Object.values(value).every(isMember);
}

/** `h1:` and the sha256 of what cannot be changed in place. A new algorithm gets a new prefix. */
export function specHash(spec: Json): string {
  return `h1:${sha256(canonicalJson(spec))}`;
}

/** Limits are left out: they change in place, and labels cannot follow. */
export function containerSpecHash({ limits: _inPlace, ...fixed }: ContainerSpec): string {
  return specHash(fixed);
}

/** The fields of an engine that the user set or that harden it by default, as they stand in its label. */
export interface EngineSpec {
  readonly [field: string]: Json | undefined;
  readonly image: string;
  readonly network: string;
  /** Absent: the image's own. */
  readonly command?: readonly string[] | undefined;
  readonly env: { readonly [name: string]: Json | undefined };
  readonly noNewPrivileges: boolean;
  readonly logs: { readonly maxSizeBytes: number; readonly maxFiles: number };
  /** Ascending. */
  readonly ports: readonly number[];
  /** Beyond the memory, if that is limited. */
  readonly swapBytes: number;
  /** What changes in place. */
  readonly limits: { readonly memoryBytes?: number; readonly cpus?: number; readonly pids?: number };
}

/**
 * The spec of an engine, with every secret replaced by its salted hash. How it shows that it is ready is no part
 * of it: that says how to look at an engine, not how to make it.
 * @param saltFor as that of `containerSpec`
 */
export function engineSpec({ pool }: EngineResource, saltFor: (name: string) => string): EngineSpec {
  const { swapBytes = 0, ...limits } = pool.limits;
  return {
    image: pool.image.slice("image.".length),
    network: pool.network.slice("network.".length),
    ...(pool.command === undefined ? {} : { command: [...pool.command] }),
    env: envSpec(pool.env, saltFor),
    noNewPrivileges: pool.noNewPrivileges,
    logs: { maxSizeBytes: pool.logs.maxSizeBytes, maxFiles: pool.logs.maxFiles },
    ports: [...new Set(pool.ports)].sort((a, b) => a - b),
    swapBytes,
    limits,
  };
}

/** Of what cannot be changed in place. */
export function engineSpecHash({ limits: _inPlace, ...fixed }: EngineSpec): string {
  return specHash(fixed);
}

/** An engine's spec read from a label; undefined when the label is absent or is not one of ours. */
export function parseEngineSpec(label: string | undefined): EngineSpec | undefined {
  const value = parseLabel(label) as Partial<EngineSpec> | null;
  const isNumber = (member: unknown) => typeof member === "number";
  const isText = (member: unknown) => typeof member === "string";
  const isSpec =
    isText(value?.image) &&
    isText(value?.network) &&
    (value?.command === undefined || isListOf(value.command, isText)) &&
    isMapOf(value?.env, (member) => isText(member) || saltOf(member) !== undefined) &&
    typeof value?.noNewPrivileges === "boolean" &&
    isMapOf(value.logs, isNumber) &&
    isListOf(value.ports, isNumber) &&
    isNumber(value.swapBytes) &&
    isMapOf(value.limits, isNumber);
  return isSpec ? (value as EngineSpec) : undefined;
}

function isListOf(value: unknown, isMember: (member: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isMember);
}

export function networkSpecHash(network: NetworkResource): string {
  return specHash({ driver: network.driver });
}

/** How a template volume was asked for, as it stands in its label. */
export interface VolumeSpec {
  readonly [field: string]: Json | undefined;
  readonly blob: string;
  readonly mount: string;
}

export function templateVolumeSpec(volume: TemplateVolume): VolumeSpec {
  return { blob: volume.blob.slice("image.".length), mount: volume.mount };
}

/** Whose work area a session volume is. Its ttl is no part of it: that may change while the volume stands. */
export interface SessionSpec {
  readonly [field: string]: Json | undefined;
  readonly role: "session";
  readonly session: string;
  /** The template's id without dashes. */
  readonly template: string;
}

export function sessionVolumeSpec({ session, tid }: SessionVolume): SessionSpec {
  return { role: "session", session, template: tid };
}

/** What the label of a volume says of it. */
export function volumeSpec(volume: VolumeResource): VolumeSpec | SessionSpec {
  return volume.role === "session" ? sessionVolumeSpec(volume) : templateVolumeSpec(volume);
}

/**
 * A session's spec read from a volume's label; undefined for every other volume. The role alone decides, so that
 * no volume of a session is ever taken for one that can be filled again.
 */
export function parseSessionSpec(label: string | undefined): SessionSpec | undefined {
  const value = parseLabel(label) as Partial<SessionSpec> | null;
  if (value?.role !== "session") return undefined;
  const { session, template } = value;
  const text = (member: unknown) => (typeof member === "string" ? member : "");
  return { role: "session", session: text(session), template: text(template) };
}

/** A spec read from a template volume's label; undefined when the label is absent or is not one of ours. */
export function parseVolumeSpec(label: string | undefined): VolumeSpec | undefined {
  const value = parseLabel(label) as Partial<VolumeSpec> | null;
  if (value?.role === "session") return undefined;
  return typeof value?.blob === "string" && typeof value.mount === "string"
    ? (value as VolumeSpec)
    : undefined;
}

function parseLabel(label: string | undefined): unknown {
  try {
    return JSON.parse(label ?? "null");
  } catch {
    return null;
  }
}

export function volumeSpecHash(volume: VolumeResource): string {
  return specHash(volumeSpec(volume));
}
