import { readMemoryUse } from "../docker/observe/read-memory-use.js";
import { toWarmError } from "../errors.js";
import { formatTransfer } from "../report/text/units.js";
import type { PoolCores } from "./pool-cores.js";
import type { PoolContext } from "./pool-host.js";

/** How often an engine is looked at while it waits. */
const EVERY_MS = 30_000;

/** Has engines recycled that use more memory than their pool allows. */
export interface EngineMemory {
  /** One look at one engine. Never rejects: what cannot be measured is not judged. */
  check(containerId: string): Promise<void>;
  /** Looks at all that wait, now and then. */
  tick(): void;
}

export function createEngineMemory(context: PoolContext, cores: PoolCores): EngineMemory {
  let lookedAtMs = Number.NEGATIVE_INFINITY;

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
    check,
    tick() {
      const nowMs = context.nowMs();
      if (nowMs < lookedAtMs + EVERY_MS) return;
      lookedAtMs = nowMs;
      for (const core of cores.all()) {
        if (cores.resource(core.pool)?.policy.maxMemoryBytes === undefined) continue;
        for (const { containerId, state, isFrozen } of core.engines())
          if (state === "ready" && !isFrozen) void check(containerId);
      }
    },
  };
}
