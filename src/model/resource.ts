import type { DataSettings } from "./job.js";
import type { PoolResource } from "./pool.js";
import type { Secret } from "./secret.js";

/** `network.cyanprint`, `image.127.0.0.1:5000/acme/ts-template:1.4.0`, `volume.cyan-…`, `container.cyan-…`, `engine.valheim/1`. */
export type Address = string;

export type ResourceKind = "network" | "image" | "volume" | "container" | "engine";

interface ResourceBase {
  readonly address: Address;
  /** The Docker name; for an image its canonical reference. */
  readonly name: string;
  /** Resources that must be in place before this one. */
  readonly dependsOn: readonly Address[];
  /** 1-based lines of warm.yaml by field path (`""` is the resource itself). For people only: never compared. */
  readonly lines: Readonly<Record<string, number>>;
}

export interface NetworkResource extends ResourceBase {
  readonly kind: "network";
  readonly driver: "bridge";
}

export interface ImageResource extends ResourceBase {
  readonly kind: "image";
  /** What an image list is searched for: `repo:tag`, or `repo@digest` when a digest is given. */
  readonly lookup: string;
}

/** A template volume, filled once by its blob image. */
export interface TemplateVolume extends ResourceBase {
  readonly kind: "volume";
  readonly role: "template";
  /** Template id without dashes: the id in Docker names and in the proof's tag. */
  readonly tid: string;
  readonly blob: Address;
  /** Absolute path inside the seeding container. */
  readonly mount: string;
  /** Name of the seeding container. */
  readonly seeder: string;
}

/** A session's work area: empty when it is made, and its users' from then on. */
export interface SessionVolume extends ResourceBase {
  readonly kind: "volume";
  readonly role: "session";
  /** The session's id as the file has it. */
  readonly session: string;
  /** Of the session's template. */
  readonly tid: string;
  /** Counted from the volume's creation; undefined: for ever. */
  readonly ttlMs: number | undefined;
  /** Whoever asked for it has taken it back: its volume is to go, whatever the prune policy. */
  readonly isForgotten: boolean;
}

export type VolumeResource = TemplateVolume | SessionVolume;

export interface ResourceLimits {
  readonly memoryBytes?: number;
  readonly cpus?: number;
  readonly pids?: number;
}

interface HealthTiming {
  readonly intervalMs: number;
  /** Deadline of the whole wait, not of one try. */
  readonly timeoutMs: number;
}

export type Health = HealthTiming &
  (
    | { readonly type: "http"; readonly path: string }
    | { readonly type: "tcp" }
    | { readonly type: "exec"; readonly command: readonly string[] }
    | { readonly type: "healthcheck" }
  );

/** A template container. */
export interface ContainerResource extends ResourceBase {
  readonly kind: "container";
  readonly tid: string;
  readonly image: Address;
  readonly network: Address;
  readonly volume: Address;
  /** Where the volume is mounted, read-only. */
  readonly mount: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string | Secret>>;
  readonly limits: ResourceLimits;
  readonly health: Health;
}

/** One place in a pool. How many there are is decided by planning; no file names them. */
export interface EngineResource extends ResourceBase {
  readonly kind: "engine";
  readonly pool: PoolResource;
  /** 1 and up. */
  readonly slot: number;
}

export type Resource = NetworkResource | ImageResource | VolumeResource | ContainerResource | EngineResource;

export type PrunePolicy = "none" | "safe" | "all";

export interface PullSettings {
  readonly concurrency: number;
  readonly policy: "missing" | "always" | "never";
  readonly retries: number;
  readonly idleTimeoutMs: number;
}

/** Everything one project wants of a host, compiled from warm.yaml. */
export interface Desired {
  readonly project: string;
  readonly prefix: string;
  readonly prune: PrunePolicy;
  readonly pull: PullSettings;
  /** Without engines: `pools` says how they are made. */
  readonly resources: readonly Resource[];
  readonly pools: readonly PoolResource[];
  /** Where the results of jobs land. Nothing of the host. */
  readonly data: DataSettings;
}
