import { toWarmError } from "../errors.js";
import type { PoolCores } from "./pool-cores.js";
import type { PoolContext } from "./pool-host.js";

/** Idle for so long: who comes back at once finds it running. */
const IDLE_MS = 5_000;

/** Freezes engines that have nothing to do, where the pool says `idle: pause`, and thaws them at the lease. */
export interface IdleEngines {
  /** Freezes what has been idle for long enough. */
  tick(): void;
  /** @throws WarmError of the docker edge when it cannot be thawed */
  thaw(containerId: string): Promise<void>;
  /** Earliest time of the next freeze; Infinity when none is due. */
  nextMs(): number;
}

export function createIdleEngines(context: PoolContext, cores: PoolCores): IdleEngines {
  /** One call at a time to each engine: a thaw waits for the freeze under way. */
  const working = new Map<string, Promise<void>>();

  async function freeze(containerId: string): Promise<void> {
    const core = cores.ofContainer(containerId);
    try {
      await context.host().writer.containers.pause(containerId);
      core?.setFrozen(containerId, true);
    } catch (error) {
      context.log.debug("engine not frozen", { container: containerId, detail: toWarmError(error).message });
    }
  }

  /** By us, or by whoever ran before us. */
  function isFrozen(containerId: string): boolean {
    const engines = cores.ofContainer(containerId)?.engines() ?? [];
    return engines.some((engine) => engine.containerId === containerId && engine.isFrozen);
  }

  async function unfreeze(containerId: string): Promise<void> {
    await context
      .host()
      .writer.containers.unpause(containerId)
      .catch((error: unknown) => {
        // It was thawed by somebody else, or has not been frozen after all.
        if (!/is not paused/.test(toWarmError(error).message)) throw error;
      });
    cores.ofContainer(containerId)?.setFrozen(containerId, false);
  }

  /** Engines that may be frozen, with the time from which on. */
  function* candidates(): Generator<{ readonly containerId: string; readonly atMs: number }> {
    const nowMs = context.nowMs();
    for (const core of cores.all()) {
      if (cores.resource(core.pool)?.policy.idle !== "pause") continue;
      for (const { containerId, state, isFrozen } of core.engines()) {
        if (state !== "ready" || isFrozen || working.has(containerId)) continue;
        yield { containerId, atMs: (core.idleSinceMs(containerId) ?? nowMs) + IDLE_MS };
      }
    }
  }

  return {
    tick() {
      const nowMs = context.nowMs();
      for (const { containerId, atMs } of candidates()) {
        if (atMs > nowMs) continue;
        const work = freeze(containerId).finally(() => working.delete(containerId));
        working.set(containerId, work);
      }
    },
    async thaw(containerId) {
      await working.get(containerId);
      if (isFrozen(containerId)) await unfreeze(containerId);
    },
    nextMs: () => Math.min(Number.POSITIVE_INFINITY, ...[...candidates()].map(({ atMs }) => atMs)),
  };
}
