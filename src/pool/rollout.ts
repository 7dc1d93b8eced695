import type { EngineState } from "../model/engine.js";
import { formatDurationMs } from "../report/text/units.js";
import type { PoolCore } from "./core/pool-core.js";

/** One pool's way from an older spec to the present one. */
interface Rollout {
  /** Key of the spec that is rolled out. */
  readonly spec: string;
  progressedMs: number;
  stale: number;
  lastFailure: string | undefined;
}

type Stale = { readonly state: EngineState };

/** Watches that rollouts make progress, and pauses those that do not; the old engines serve on. */
export interface Rollouts {
  /** @param stale engines that were made from another spec @param spec a key of the one that is wanted */
  see(core: PoolCore, stale: readonly Stale[], spec: string, deadlineMs: number, nowMs: number): void;
  failed(pool: string, why: string): void;
  /** Tries again. */
  restart(core: PoolCore, nowMs: number): void;
  pausedBecause(pool: string): string | undefined;
}

export function createRollouts(onPaused: (pool: string, why: string) => void): Rollouts {
  const rollouts = new Map<string, Rollout>();
  const paused = new Map<string, string>();

  function resume(core: PoolCore): void {
    if (paused.delete(core.pool)) core.setRolloutPaused(undefined);
  }

  return {
    see(core, engines, spec, deadlineMs, nowMs) {
      const stale = engines.length;
      const isAnyIdle = engines.some(({ state }) => state === "ready");
      const known = rollouts.get(core.pool);
      if (stale === 0) {
        rollouts.delete(core.pool);
        resume(core);
        return;
      }
      if (known === undefined || known.spec !== spec) {
        rollouts.set(core.pool, { spec, progressedMs: nowMs, stale, lastFailure: undefined });
        resume(core);
        return;
      }
      // Leased ones wait for their holders: only idle ones can be late.
      if (stale < known.stale || !isAnyIdle) Object.assign(known, { progressedMs: nowMs });
      known.stale = stale;
      if (paused.has(core.pool) || nowMs < known.progressedMs + deadlineMs) return;
      const because = known.lastFailure === undefined ? "" : `: ${known.lastFailure}`;
      const why = `no engine was replaced for ${formatDurationMs(deadlineMs)}${because}`;
      paused.set(core.pool, why);
      core.setRolloutPaused(why);
      onPaused(core.pool, why);
    },
    failed(pool, why) {
      const rollout = rollouts.get(pool);
      if (rollout !== undefined) rollout.lastFailure = why;
    },
    restart(core, nowMs) {
      const rollout = rollouts.get(core.pool);
      if (rollout !== undefined) rollout.progressedMs = nowMs;
      resume(core);
    },
    pausedBecause: (pool) => paused.get(pool),
  };
}
