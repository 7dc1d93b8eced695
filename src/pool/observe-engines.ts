import { waitReady } from "../apply/health/wait-ready.js";
import { toWarmError } from "../errors.js";
import { engineOf } from "../model/engine-resource.js";
import { isOwned, LABEL } from "../model/labels.js";
import { isQuarantineName, parseEngineAddress } from "../model/names.js";
import type { Observed, ObservedContainer } from "../model/observed.js";
import type { PoolCore } from "./core/pool-core.js";
import type { IdleEngines } from "./idle-engines.js";
import type { PoolCores } from "./pool-cores.js";
import type { PoolContext } from "./pool-host.js";

export interface ObserveTools {
  readonly context: PoolContext;
  readonly cores: PoolCores;
  /** Docker names by container ID, kept up to date here. */
  readonly names: Map<string, string>;
  /** When each engine was begun here, monotonic: an older look does not show it. */
  readonly begunAtMs: ReadonlyMap<string, number>;
  /** Those that are being made. */
  readonly making: ReadonlySet<string>;
  readonly idle: IdleEngines;
  /** It can be, or is, handed out. Told at each look. */
  readonly onReady: (containerId: string) => void;
  /** It is quarantined and was not set aside yet: whoever did it was cut off. */
  readonly onQuarantined: (containerId: string) => void;
  readonly onGone: (containerId: string) => void;
}

/** Docker wins on liveness: takes over what a look at the host says of engines (design, section 8). */
export function createEngineObserver(tools: ObserveTools) {
  const { context, cores, names } = tools;
  const adopting = new Set<string>();

  /** An engine that nobody here has started: handed out only once it passes its own ready check. */
  async function adopt(core: PoolCore, containerId: string, slot: number, isPaused: boolean): Promise<void> {
    const pool = cores.resource(core.pool);
    if (pool === undefined || adopting.has(containerId)) return;
    adopting.add(containerId);
    try {
      const { host, writer, reach } = context.host();
      // Frozen by whoever kept it before: as it is, it cannot answer.
      if (isPaused) await writer.containers.unpause(containerId);
      await waitReady(containerId, engineOf(pool, slot), {
        ...{ host, writer, reach, clock: context.clock, cancel: context.life },
      });
      if (core.stateOf(containerId) !== "starting") return;
      core.ready(containerId, context.nowMs(), "found running; its ready check passed");
      tools.onReady(containerId);
    } catch (thrown) {
      const error = toWarmError(thrown);
      if (context.life.aborted || error.code.startsWith("host-")) return;
      if (core.stateOf(containerId) === "starting") core.failed(containerId, error.message, context.nowMs());
    } finally {
      adopting.delete(containerId);
    }
  }

  function take(container: ObservedContainer, pool: string, slot: number, lookedAtMs: number): void {
    const { id, name, state } = container;
    names.set(id, name);
    const nowMs = context.nowMs();
    const isLive = state === "running" || state === "paused";
    let core = cores.ofContainer(id);
    if (core === undefined) {
      if (!isLive || isQuarantineName(name)) return;
      core = cores.own(id, pool);
      core.begun(id, slot, nowMs);
    }
    const known = core.stateOf(id);
    if (known === undefined) return;
    if (!isLive) {
      // It has been started since: its end would have been told.
      if (core.isReadySince(id, lookedAtMs)) return;
      // Ours to start, or ours to remove: how it looks meanwhile means nothing.
      const isUnderWay = known === "starting" && tools.making.has(id);
      if (isUnderWay || known === "error" || known === "draining" || known === "quarantined") return;
      core.failed(id, `its container is ${state}`, nowMs);
      return;
    }
    if (known === "quarantined") {
      if (!isQuarantineName(name) && core.sinceMs(id) < lookedAtMs) tools.onQuarantined(id);
      return;
    }
    tools.idle.see(id, state === "paused", lookedAtMs);
    if (known === "starting" && !tools.making.has(id)) void adopt(core, id, slot, state === "paused");
    if ((known === "ready" || known === "leased") && state === "running") tools.onReady(id);
  }

  /** @param lookedAtMs monotonic, when the look began */
  return function observe({ containers }: Observed, project: string, lookedAtMs: number): void {
    const standing = new Set<string>();
    for (const container of containers) {
      const { pool, slot = 0 } = parseEngineAddress(container.labels[LABEL.address] ?? "") ?? {};
      if (pool === undefined || !isOwned(container.labels, project)) continue;
      standing.add(container.id);
      take(container, pool, slot, lookedAtMs);
    }
    for (const core of cores.all()) {
      for (const { containerId } of core.engines()) {
        const isNewer =
          (tools.begunAtMs.get(containerId) ?? 0) >= lookedAtMs || core.isReadySince(containerId, lookedAtMs);
        if (standing.has(containerId) || isNewer) continue;
        core.gone(containerId, context.nowMs(), "its container is gone");
        tools.onGone(containerId);
      }
    }
  };
}
