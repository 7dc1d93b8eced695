import { toWarmError, WarmError } from "../errors.js";
import type { LeaseView } from "../model/engine.js";
import { ENV_FILE } from "./bind-lease.js";
import type { BoundPaths } from "./bound-paths.js";
import { runCanary } from "./canary.js";
import { viewLease } from "./core/lease.js";
import type { EngineCommands } from "./engine-commands.js";
import type { LeaseWatching } from "./lease-watch.js";
import type { PoolCores } from "./pool-cores.js";
import type { PoolContext } from "./pool-host.js";
import type { Pools } from "./pools.js";
import type { Rollouts } from "./rollout.js";

export interface RequestTools {
  readonly context: PoolContext;
  readonly cores: PoolCores;
  readonly commands: EngineCommands;
  readonly rollouts: Rollouts;
  /** The variables of a lease, by its ID. */
  readonly envs: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly bound: BoundPaths;
  readonly flushed: () => Promise<void>;
  readonly lease: Pools["lease"];
  readonly onTryAgain: (pool: string) => void;
  /** Looks whether a container still runs, ahead of Docker's own word of its end. Never throws. */
  readonly checkAlive: (containerId: string) => Promise<void>;
  readonly watching: LeaseWatching;
  /** Docker name of an engine. */
  readonly nameOf: (containerId: string) => string;
}

/** A canary whose engine hangs must not keep it for ever. */
const CANARY_TTL_MS = 10 * 60_000;

/** All that may be asked of the pools. */
export function createPoolRequests(tools: RequestTools): Pools {
  const { context, cores, commands, rollouts, envs, bound, flushed, lease, nameOf, watching } = tools;
  const { nowMs } = context;
  const wallMs = () => context.clock.now();

  const renew: Pools["renew"] = async (leaseId, fence, ttlMs) => {
    for (const core of cores.all()) {
      const result = core.renew(leaseId, fence, ttlMs, nowMs());
      if (result.kind === "renewed" || result.kind === "at-maximum")
        return viewLease(result.lease, nowMs(), wallMs());
      if (result.kind === "stale-fence") throw staleFence(leaseId);
      if (result.kind === "ended") throw leaseEnded(leaseId, result.why);
    }
    throw leaseEnded(leaseId, "no such lease is known");
  };

  const release: Pools["release"] = async (leaseId, fence, asked = "clean") => {
    for (const core of cores.all()) {
      const { containerId = "" } = core.lease(leaseId) ?? {};
      const outcome = bound.isSpoiled(containerId) ? "dirty" : asked;
      const result = core.release(leaseId, fence, outcome, nowMs());
      if (result.kind === "stale-fence") throw staleFence(leaseId);
      if (result.kind === "released") await flushed();
      if (result.kind !== "unknown") return;
    }
    throw new WarmError("not-found", `there is no lease ${leaseId}`, { hint: "`warm engines` lists them" });
  };

  /** Of a lease that is held, with a fence that is its own. */
  function engineOf(leaseId: string, fence: number): string {
    for (const core of cores.all()) {
      const held = core.lease(leaseId);
      if (held === undefined) continue;
      if (held.fence !== fence) throw staleFence(leaseId);
      return held.containerId;
    }
    throw leaseEnded(leaseId, "it is not held any more");
  }

  return {
    lease,
    renew,
    release,
    async exec(leaseId, fence, command, { timeoutMs, onOutput, onBytes } = {}) {
      const env = envs.get(leaseId);
      // A session may have to be opened first: by then the lease may be another's.
      const guard = () => void engineOf(leaseId, fence);
      const listeners = { onOutput, onBytes };
      const options = {
        guard,
        ...listeners,
        ...(env && { env }),
        ...(timeoutMs !== undefined && { timeoutMs }),
      };
      const containerId = engineOf(leaseId, fence);
      // After a restart only the engine itself still knows what was bound.
      const isForgotten = env === undefined && bound.of(containerId).includes(ENV_FILE);
      const whole = isForgotten ? ["/bin/sh", "-c", `. ${ENV_FILE} && exec "$@"`, "sh", ...command] : command;
      try {
        return await commands.run(containerId, whole, options);
      } catch (error) {
        if (toWarmError(error).code === "engine-failed") await tools.checkAlive(containerId);
        // An engine that is lost, or given back, takes its command with it.
        engineOf(leaseId, fence);
        throw error;
      }
    },
    leases: (): LeaseView[] =>
      cores
        .all()
        .flatMap((core) =>
          core.leases().map((one) => watching.addToLease(viewLease(one, nowMs(), wallMs()))),
        ),
    view: (pool) => watching.addToPool(cores.get(pool).view(nowMs(), nameOf)),
    views: () => cores.all().map((core) => watching.addToPool(core.view(nowMs(), nameOf))),
    async recycle(pool, slot) {
      const core = cores.get(pool);
      tools.onTryAgain(pool);
      core.resetBreaker("asked for", nowMs());
      rollouts.restart(core, nowMs());
      const own = core.engines().filter((engine) => slot === undefined || engine.slot === slot);
      if (own.length === 0 && slot !== undefined)
        throw new WarmError("not-found", `${pool} has no engine ${slot}`, {
          hint: "`warm engines` lists them",
        });
      const isMeant = (state: string) =>
        state !== "quarantined" && (slot !== undefined || state !== "leased");
      const asked = own.filter(({ state }) => isMeant(state));
      for (const { containerId } of asked) core.setDue(containerId, "requested", nowMs());
      await flushed();
      return asked.map((engine) => `engine.${pool}/${engine.slot}`);
    },
    async canary(pool, request) {
      cores.get(pool);
      if (cores.resource(pool)?.policy.reset === undefined)
        throw new WarmError("rejected", `${pool}: there is no reset to prove, a used engine is recycled`, {
          hint: "declare `reset: { steps, verify }`",
        });
      const granted = await lease(pool, { ...request, ttlMs: CANARY_TTL_MS });
      let isClean = false;
      try {
        const result = await runCanary(granted, { context, cores, commands });
        isClean = result.isClean;
        return result;
      } finally {
        await release(granted.id, granted.fence, isClean ? "clean" : "dirty");
      }
    },
  };
}

const leaseEnded = (leaseId: string, why: string) =>
  new WarmError("lease-ended", `lease ${leaseId} is over: ${why}`, { hint: "take a new one" });
const staleFence = (leaseId: string) =>
  new WarmError("stale-fence", `lease ${leaseId}: the fence is not its own`, {
    hint: "use the fence that came with this lease",
  });
