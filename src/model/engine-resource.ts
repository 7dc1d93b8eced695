import { engineAddress, engineName } from "./names.js";
import type { PoolResource } from "./pool.js";
import type { EngineResource } from "./resource.js";

/** The engine in one place of a pool. */
export function engineOf(pool: PoolResource, slot: number): EngineResource {
  return {
    kind: "engine",
    address: engineAddress(pool.id, slot),
    name: engineName(pool.prefix, pool.id, slot),
    dependsOn: [pool.network, pool.image],
    lines: pool.lines,
    pool,
    slot,
  };
}
