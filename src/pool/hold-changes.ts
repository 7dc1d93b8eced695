import type { Hold } from "../model/daemon-status.js";
import { parseEngineAddress } from "../model/names.js";
import type { Change } from "../model/plan.js";
import type { PoolCores } from "./pool-cores.js";
import type { Rollouts } from "./rollout.js";
import type { Refills } from "./scale/refill.js";

/** Why a pool has an engine's change wait, beyond what holds up every change. */
export interface PoolHolds {
  holdOf(change: Change): Hold | undefined;
  /** Whether the refill rate held something back since this was last asked: it is worth planning again. */
  wasLimited(): boolean;
}

export function createPoolHolds(
  cores: PoolCores,
  rollouts: Rollouts,
  refills: Refills,
  nowMs: () => number,
): PoolHolds {
  let isLimited = false;
  return {
    holdOf(change) {
      const { pool = "" } = parseEngineAddress(change.address) ?? {};
      const [core, policy] = [cores.find(pool), cores.resource(pool)?.policy];
      const isStart = change.kind === "engine" && (change.action === "create" || change.action === "replace");
      if (!isStart || core === undefined || policy === undefined) return undefined;
      const isRollout = change.reasons.some(
        (reason) => reason === "config-changed" || reason === "image-moved",
      );
      if (isRollout && rollouts.pausedBecause(pool) !== undefined) return "rollout-paused";
      if (core.isBreakerOpen(nowMs())) return "breaker-open";
      if (refills.mayTake(pool, policy)) return undefined;
      isLimited = true;
      return "refill-limited";
    },
    wasLimited() {
      const was = isLimited;
      isLimited = false;
      return was;
    },
  };
}
