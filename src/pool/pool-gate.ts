import type { EngineGate } from "../apply/engine-gate.js";
import { engineName, parseEngineAddress } from "../model/names.js";
import type { PoolCores } from "./pool-cores.js";
import type { PoolContext } from "./pool-host.js";
import type { Rollouts } from "./rollout.js";
import type { Refills } from "./scale/refill.js";

export interface GateTools {
  readonly context: PoolContext;
  readonly cores: PoolCores;
  readonly rollouts: Rollouts;
  readonly refills: Refills;
  /** When each engine was begun here, monotonic. */
  readonly begunAtMs: Map<string, number>;
  /** Those that are being made. */
  readonly making: Set<string>;
  /** Docker names by container ID: one may be leased before a look has shown it. */
  readonly names: Map<string, string>;
  readonly onReady: (containerId: string) => void;
  readonly onGone: (containerId: string) => void;
}

/** Tells the pools what applying a plan does to their engines, and lets it take away only what nobody uses. */
export function createPoolGate({
  context,
  cores,
  rollouts,
  refills,
  begunAtMs,
  making,
  names,
  onReady,
  onGone,
}: GateTools): EngineGate {
  const { nowMs } = context;
  return {
    begun(containerId, address) {
      const { pool = "", slot = 0 } = parseEngineAddress(address) ?? {};
      begunAtMs.set(containerId, nowMs());
      making.add(containerId);
      const prefix = cores.resource(pool)?.prefix;
      if (prefix !== undefined) names.set(containerId, engineName(prefix, pool, slot));
      refills.take(pool);
      cores.own(containerId, pool).begun(containerId, slot, nowMs());
    },
    ready(containerId) {
      making.delete(containerId);
      const core = cores.ofContainer(containerId);
      // It may have died, and been found dead, just now.
      if (core?.stateOf(containerId) !== "starting") return;
      core.ready(containerId, nowMs(), "its ready check passed");
      onReady(containerId);
    },
    failed(containerId, error) {
      making.delete(containerId);
      const core = cores.ofContainer(containerId);
      if (core?.stateOf(containerId) === undefined) return;
      // Given up by us: nothing is wrong with it.
      if (error.code === "interrupted" || error.code === "lock-lost") {
        core.gone(containerId, nowMs(), error.message);
        onGone(containerId);
      } else {
        core.failed(containerId, error.message, nowMs());
        rollouts.failed(core.pool, error.message);
      }
    },
    retire(containerId, cancel) {
      const core = cores.ofContainer(containerId);
      if (core?.stateOf(containerId) === undefined) return Promise.resolve(true);
      return new Promise((resolve) => {
        let giveUp = () => {};
        const onCancel = () => giveUp();
        cancel.addEventListener("abort", onCancel, { once: true });
        giveUp = core.retire(containerId, nowMs(), (isTaken) => {
          cancel.removeEventListener("abort", onCancel);
          resolve(isTaken);
        });
        if (cancel.aborted) giveUp();
      });
    },
    removed(containerId) {
      const core = cores.ofContainer(containerId);
      if (core?.stateOf(containerId) !== undefined) core.gone(containerId, nowMs(), "removed");
      onGone(containerId);
    },
  };
}
