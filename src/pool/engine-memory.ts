import { readMemoryUse } from "../docker/observe/read-memory-use.js";
import { toWarmError } from "../errors.js";
import { formatTransfer } from "../report/text/units.js";
import type { PoolCores } from "./pool-cores.js";
import type { PoolContext } from "./pool-host.js";

/** How often an engine is looked at while it waits. */
const EVERY_MS = 30_000;
/** And how often after a job at most: Docker takes a second for an answer, and some work. */
const AFTER_JOB_MS = 5_000;

/** Has engines recycled that use more memory than their pool allows. */
export interface EngineMemory {
  /** After a job. Nobody waits for it: one that grew too large is replaced when it is idle. */
  lookSoon(containerId: string): void;
  /** Looks at all that wait, now and then. */
  tick(): void;
}

export function createEngineMemory(context: PoolContext, cores: PoolCores): EngineMemory {
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  const lookedAt = new Map<string, number>();

  /** Never rejects: what cannot be measured is not judged. */
  async function check(containerId: string): Promise<void> {
    const core = cores.ofContainer(containerId);
    const most = core && cores.resource(core.pool)?.policy.maxMemoryBytes;
    if (core === undefined || most === undefined) return;
    try {
      const used = await readMemoryUse(context.host().host.reader, containerId);
      if (used === undefined || used <= most) return;
      const detail = `uses ${formatTransfer(used)} of memory, more than ${formatTransfer(most)}`;
      context.log.info("engine grew too large", { container: containerId, used, most, detail });
      core.setDue(containerId, "recycle-memory", context.nowMs());
    } catch (error) {
      context.log.debug("memory not measured", {
        container: containerId,
        detail: toWarmError(error).message,
      });
    }
  }

  return {
    lookSoon(containerId) {
      const nowMs = context.nowMs();
      if (nowMs < (lookedAt.get(containerId) ?? Number.NEGATIVE_INFINITY) + AFTER_JOB_MS) return;
      lookedAt.set(containerId, nowMs);
      void check(containerId);
    },
    tick() {
      const nowMs = context.nowMs();
      if (nowMs < lookedAtMs + EVERY_MS) return;
      lookedAtMs = nowMs;
      for (const [containerId, atMs] of lookedAt) if (nowMs > atMs + EVERY_MS) lookedAt.delete(containerId);
      for (const core of cores.all()) {
        if (cores.resource(core.pool)?.policy.maxMemoryBytes === undefined) continue;
        for (const { containerId, state, isFrozen } of core.engines())
          if (state === "ready" && !isFrozen) void check(containerId);
      }
    },
  };
}
