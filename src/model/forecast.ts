import type { Address } from "./resource.js";

/** An image to be pulled. Bytes as they go over the wire; undefined: the registry did not tell in time. */
export interface PullForecast {
  readonly address: Address;
  readonly bytes: number | undefined;
  /** Without the layers that an older image of the same repository on the host has already. */
  readonly newBytes: number | undefined;
}

/**
 * Why something does not serve for a while. seeded-anew: its volume is filled again, and it has to let go of it first.
 * same-slot: the engine goes before its successor is started. removed: for good.
 */
export type DowntimeCause = "seeded-anew" | "same-slot" | "removed";

export interface Downtime {
  readonly address: Address;
  readonly cause: DowntimeCause;
  /** From its start until it is healthy or ready, by its own time-out; seeding comes before. Undefined for one that is removed. */
  readonly atMostMs: number | undefined;
}

export interface DiskForecast {
  /** Where Docker keeps its images. */
  readonly path: string;
  readonly freeBytes: number;
  /** A rule of thumb: layers unpack to some three times what is sent. */
  readonly neededBytes: number;
}

/** What applying a plan would cost and risk. No part of its digest: it says how, not what. */
export interface Forecast {
  readonly pulls: readonly PullForecast[];
  readonly downtime: readonly Downtime[];
  /** Volumes whose content nobody can make again. */
  readonly dataLoss: readonly Address[];
  /** Ports on 127.0.0.1 that new containers get, of those that Docker has free: no port is ever asked for by number. */
  readonly loopbackPorts: number;
  /** Undefined: nothing to pull, or the daemon's disk is not ours to see. */
  readonly disk?: DiskForecast | undefined;
}
