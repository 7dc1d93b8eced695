import type { Observed } from "../model/observed.js";
import type { Desired } from "../model/resource.js";
import { findStaleEngines } from "../plan/engines/find-stale-engines.js";
import { isTooOld } from "../plan/engines/is-too-old.js";
import type { PoolCore } from "./core/pool-core.js";
import type { PoolCores } from "./pool-cores.js";
import type { Rollouts } from "./rollout.js";

/**
 * Makes the function that tells the pools, after a look at the host, which of their engines are of another spec than is
 * wanted and which have grown too old while they were used: who hands them out, or takes them back, has to know.
 */
export function createEngineJudge(cores: PoolCores, rollouts: Rollouts, nowMs: () => number) {
  /** How the engines of each pool were to be made at the last look. */
  const specs = new Map<string, string>();

  /** Planning sees the age of idle engines: one that is never idle has to go when its lease is over. */
  function markOld(core: PoolCore, { containers, observedAt }: Observed, ttlMs: number | undefined): void {
    const engines = new Map(core.engines().map((engine) => [engine.containerId, engine]));
    for (const container of containers) {
      const { state, due } = engines.get(container.id) ?? {};
      if (state !== "leased" && state !== "resetting" && state !== "verifying") continue;
      const isOld = isTooOld(container, ttlMs, observedAt);
      if (isOld && due === undefined) core.setDue(container.id, "recycle-age", nowMs());
      if (!isOld && due === "recycle-age") core.setDue(container.id, undefined, nowMs());
    }
  }

  return function judgeEngines(observed: Observed, desired: Desired): void {
    const stale = findStaleEngines(desired, observed);
    for (const core of cores.all()) {
      // What is in quarantine is kept for a look, and replaced by now.
      const served = core.engines().filter(({ state }) => state !== "quarantined");
      const own = served.filter(({ containerId }) => stale.containerIds.has(containerId));
      core.setStale(new Set(own.map(({ containerId }) => containerId)));
      const pool = cores.resource(core.pool);
      if (pool === undefined) continue;
      markOld(core, observed, pool.policy.ttlMs);
      const spec = stale.specOf(core.pool);
      if ((specs.get(core.pool) ?? spec) !== spec)
        core.resetBreaker("its engines are made in another way now", nowMs());
      specs.set(core.pool, spec);
      rollouts.see(core, own, spec, pool.policy.rollout.deadlineMs, nowMs());
    }
  };
}
