import type { Labels } from "./labels.js";
import type { ObservedContainer, ObservedNetwork, ObservedVolume } from "./observed.js";
import type { ResourceLimits } from "./resource.js";

/** An image, with what a plan does not ask of one. */
export interface FoundImage {
  readonly id: string;
  /** `repo:tag` and `repo@digest`, each in its one canonical form, sorted; without warm's own marks. */
  readonly references: readonly string[];
  readonly labels: Labels;
  /** Of those that are inspected: entry point and command. */
  readonly command: readonly string[] | undefined;
}

/** How a container was made. */
export interface FoundSettings {
  /** The image as whoever made the container named it: a reference, or an ID. */
  readonly image: string;
  /** What was set beyond the image's own, by name. */
  readonly env: Readonly<Record<string, string>>;
  /** TCP ports that it says it listens on, ascending. */
  readonly ports: readonly number[];
  /** 0 means unlimited. */
  readonly limits: Required<ResourceLimits>;
  readonly hasHealthcheck: boolean;
}

/** A whole look at a host, for whoever writes a file from what stands there. */
export interface FoundHost {
  readonly endpoint: string;
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly ObservedVolume[];
  /** All of them. */
  readonly containers: readonly ObservedContainer[];
  readonly images: readonly FoundImage[];
  /** By container ID: of those that cyanprint or warm has labelled. */
  readonly settings: ReadonlyMap<string, FoundSettings>;
}
