import { followLogs } from "../docker/observe/follow-logs.js";
import { toWarmError } from "../errors.js";
import type { PoolCores } from "./pool-cores.js";
import type { PoolContext } from "./pool-host.js";

const AGAIN_MS = 2_000;

/** Reads along what engines log, where a pool names texts that mean trouble. */
export interface EngineLogs {
  /** Follows an engine's log from now on; once for each. */
  follow(containerId: string): void;
  forget(containerId: string): void;
}

export function createEngineLogs(context: PoolContext, cores: PoolCores): EngineLogs {
  const following = new Map<string, AbortController>();

  function judge(containerId: string, text: string): void {
    const core = cores.ofContainer(containerId);
    const patterns = (core && cores.resource(core.pool)?.policy.errorLogs) ?? [];
    const found = patterns.find((pattern) => text.includes(pattern));
    const state = core?.stateOf(containerId);
    if (found === undefined || core === undefined || state === undefined) return;
    if (state === "error" || state === "draining" || state === "quarantined") return;
    const detail = `its log says: ${text.slice(0, 200)}`;
    context.log.warn("engine failed by its log", { container: containerId, pattern: found, detail });
    core.failed(containerId, detail, context.nowMs());
  }

  async function run(containerId: string, end: AbortSignal): Promise<void> {
    let sinceMs = context.clock.now();
    while (!end.aborted) {
      try {
        const { host } = context.host();
        for await (const { at, text } of followLogs(host.reader, containerId, { sinceMs, cancel: end })) {
          sinceMs = Math.max(sinceMs, at + 1);
          judge(containerId, text);
        }
      } catch (error) {
        if (!end.aborted)
          context.log.debug("engine's log not followed", { detail: toWarmError(error).message });
      }
      // The container has ended, or the host is away: what stands again is followed again.
      await context.clock.sleep(AGAIN_MS, end);
    }
  }

  return {
    follow(containerId) {
      const core = cores.ofContainer(containerId);
      const isWanted = core && (cores.resource(core.pool)?.policy.errorLogs.length ?? 0) > 0;
      if (!isWanted || following.has(containerId)) return;
      const end = new AbortController();
      following.set(containerId, end);
      context.life.addEventListener("abort", () => end.abort(), { once: true, signal: end.signal });
      void run(containerId, end.signal);
    },
    forget(containerId) {
      following.get(containerId)?.abort();
      following.delete(containerId);
    },
  };
}
