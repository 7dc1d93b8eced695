import type { Labels } from "./labels.js";
import type { ResourceLimits } from "./resource.js";

export interface ObservedImage {
  /** Opaque: comparable only within one daemon. */
  readonly id: string;
  /** Lookup keys by which the image is known: tags and `repo@digest`. */
  readonly keys: readonly string[];
}

export interface ObservedNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly labels: Labels;
}

export interface ObservedVolume {
  readonly name: string;
  readonly driver: string;
  /** RFC 3339 as Docker prints it; whole seconds. */
  readonly createdAt: string;
  readonly labels: Labels;
}

export type ContainerState = "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";

export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  readonly imageId: string;
  readonly state: ContainerState;
  /** By the daemon's clock, ms since the epoch; whole seconds. */
  readonly createdAtMs: number;
  /** Docker's own health check; undefined when the image has none or the container does not run. */
  readonly health: "starting" | "healthy" | "unhealthy" | undefined;
  readonly labels: Labels;
  readonly networks: readonly { readonly name: string; readonly id: string; readonly address: string }[];
  /** Named volumes only. */
  readonly volumes: readonly string[];
  /** Present only for owned containers that ask for limits; 0 means unlimited. */
  readonly limits?: Required<ResourceLimits>;
}

/** The host that a snapshot was read from. */
export interface HostFacts {
  readonly id: string;
  readonly endpoint: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly os: string;
  readonly arch: string;
}

/**
 * One whole snapshot of a host. There is no partial one: a list that failed is an error, so that absence here
 * is absence on the host.
 */
export interface Observed {
  readonly host: HostFacts;
  /** The daemon's time when the snapshot was whole, ISO 8601: what ages are counted by. No part of any digest. */
  readonly observedAt: string;
  readonly images: readonly ObservedImage[];
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly ObservedVolume[];
  readonly containers: readonly ObservedContainer[];
  /**
   * Under `policy: always`: the digest that the registry names now, by image address.
   * Images pinned by digest are not asked for.
   */
  readonly registryDigests: Readonly<Record<string, string>>;
  /**
   * How a container is reached from here: by its address where the daemon shares our network, through a port
   * published on loopback where it only shares our machine, and not at all on another one, or from a container that is on
   * neither the machine's network nor that of the project.
   */
  readonly reach: "address" | "published" | "none";
}
