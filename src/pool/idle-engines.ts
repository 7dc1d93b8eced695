import { toWarmError } from "../errors.js";
import type { PoolCores } from "./pool-cores.js";
import type { PoolContext } from "./pool-host.js";

/** Idle for so long: who comes back at once finds it running. */
const IDLE_MS = 5_000;

/** Freezes engines that have nothing to do, where the pool says `idle: pause`, and thaws them at the lease. */
export interface IdleEngines {
  /** Freezes what has been idle for long enough. */
  tick(): void;
  /** What a look at the host showed. @param lookedAtMs monotonic, when it began */
  see(containerId: string, isFrozen: boolean, lookedAtMs: number): void;
  forget(containerId: string): void;
  /** @throws WarmError of the docker edge when it cannot be thawed */
  thaw(containerId: string): Promise<void>;
  /** Earliest time of the next freeze; Infinity when none is due. */
  nextMs(): number;
}

export function createIdleEngines(context: PoolContext, cores: PoolCores): IdleEngines {
  /** One call at a time to each engine: a thaw waits for the freeze under way. */
  const working = new Map<string, Promise<void>>();

  /** When each was last frozen or thawed by us, monotonic: an older look knows nothing of it. */
  const changedAtMs = new Map<string, number>();

  function set(containerId: string, isFrozen: boolean): void {
    changedAtMs.set(containerId, context.nowMs());
    cores.ofContainer(containerId)?.setFrozen(containerId, isFrozen);
  }

  async function freeze(containerId: string): Promise<void> {
    try {
      await context
        .host()
        .writer.containers.pause(containerId)
        .catch((error: unknown) => {
          if (!/already paused/.test(toWarmError(error).message)) throw error;
        });
      set(containerId, true);
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
    set(containerId, false);
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
    see(containerId, isFrozen, lookedAtMs) {
      const isOlder = lookedAtMs <= (changedAtMs.get(containerId) ?? Number.NEGATIVE_INFINITY);
      if (!isOlder && !working.has(containerId))
        cores.ofContainer(containerId)?.setFrozen(containerId, isFrozen);
    },
    forget: (containerId) => void changedAtMs.delete(containerId),
    async thaw(containerId) {
      await working.get(containerId);
      if (isFrozen(containerId)) await unfreeze(containerId);
    },
    nextMs: () => Math.min(Number.POSITIVE_INFINITY, ...[...candidates()].map(({ atMs }) => atMs)),
  };
}
