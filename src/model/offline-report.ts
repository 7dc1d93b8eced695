import type { PoolSize } from "./pool.js";
import type { Address, ResourceKind } from "./resource.js";

export const OFFLINE_FORMAT = "warm.offline/1";

/** What a file declares, by itself: no host was asked, and no secret read. */
export interface OfflineReport {
  readonly format: typeof OFFLINE_FORMAT;
  readonly project: string;
  readonly config: { readonly path: string; readonly sha256: string };
  /** In the order in which they are made. */
  readonly resources: readonly {
    readonly address: Address;
    readonly kind: ResourceKind;
    readonly dependsOn: readonly Address[];
  }[];
  readonly pools: readonly {
    readonly id: string;
    readonly size: PoolSize;
    readonly dependsOn: readonly Address[];
  }[];
  readonly notes: readonly string[];
}
