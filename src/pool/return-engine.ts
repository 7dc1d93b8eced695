import pLimit from "p-limit";
import { inspectContainer, readLastLogs } from "../docker/observe/read-objects.js";
import { toWarmError } from "../errors.js";
import { isQuarantineName, quarantineName } from "../model/names.js";
import type { BoundPaths } from "./bound-paths.js";
import type { PoolCore } from "./core/pool-core.js";
import type { EngineCommands } from "./engine-commands.js";
import type { EngineMemory } from "./engine-memory.js";
import type { PoolCores } from "./pool-cores.js";
import type { PoolContext } from "./pool-host.js";
import { resetEngine } from "./reset-engine.js";

export interface ReturnTools {
  readonly context: PoolContext;
  readonly cores: PoolCores;
  readonly commands: EngineCommands;
  readonly memory: EngineMemory;
  readonly nameOf: (containerId: string) => string;
  readonly bound: BoundPaths;
  /** A reset was cut off by the host: to be begun again. */
  readonly onHostAway: (containerId: string) => void;
}

/** Resets must not slow down those who are handed an engine. */
const RESETS_AT_ONCE = 8;
const END_LOOKS = 4;
const END_LOOK_MS = 100;

/** What becomes of an engine after its job: reset, proof and back, or quarantine. */
export interface ReturningEngines {
  /** Never rejects. Begun once for each return. */
  reset(containerId: string): void;
  /** Frees the slot's name, and keeps the container as it is for whoever wants to look. */
  quarantine(containerId: string, reason: string): void;
}

export function createReturningEngines(tools: ReturnTools): ReturningEngines {
  const { context, cores, commands, memory, bound } = tools;
  const limit = pLimit(RESETS_AT_ONCE);
  const work = new Map<string, Promise<void>>();

  async function runReset(core: PoolCore, containerId: string): Promise<void> {
    const policy = cores.resource(core.pool)?.policy.reset;
    const nowMs = context.nowMs;
    if (policy === undefined || bound.isSpoiled(containerId)) {
      const why = policy === undefined ? "nothing says how to reset it" : "files of its own were bound over";
      core.failed(containerId, why, nowMs());
      return;
    }
    try {
      // Whatever its holder left running there is over with its lease.
      if (commands.isBusy(containerId)) await commands.close(containerId);
      await resetEngine(containerId, policy, bound.of(containerId), {
        commands,
        onSteps: () => core.resetDone(containerId, nowMs()),
      });
      bound.clear(containerId);
      if (core.stateOf(containerId) === "verifying") core.verified(containerId, nowMs());
      memory.lookSoon(containerId);
    } catch (thrown) {
      const error = toWarmError(thrown);
      const hasEnded = error.code === "engine-failed" && (await endsSoon(containerId));
      const state = core.stateOf(containerId);
      // It died or was taken away meanwhile, or we are being stopped: there is nothing to judge.
      if (context.life.aborted || (state !== "resetting" && state !== "verifying")) return;
      // Nor while its host is away: it is reset once that is back.
      if (error.code.startsWith("host-")) tools.onHostAway(containerId);
      else if (hasEnded) core.failed(containerId, "its container ended", nowMs());
      else core.quarantined(containerId, error.message, nowMs());
    }
  }

  /** The end of an engine ends its commands, a little before Docker tells of it. */
  async function endsSoon(containerId: string): Promise<boolean> {
    for (let look = 1; ; look += 1) {
      const isThere = await inspectContainer(context.host().host.reader, containerId).then(
        ({ isRunning }) => isRunning,
        (error: unknown) => toWarmError(error).code !== "not-found",
      );
      if (!isThere || look === END_LOOKS) return !isThere;
      await context.clock.sleep(END_LOOK_MS, context.life);
    }
  }

  async function runQuarantine(containerId: string, reason: string): Promise<void> {
    void commands.close(containerId);
    try {
      const { host, writer } = context.host();
      const { name, isPaused } = await inspectContainer(host.reader, containerId);
      // Whoever began it before us may have been cut off in the middle.
      if (isQuarantineName(name)) {
        if (!isPaused) await writer.containers.pause(containerId);
        return;
      }
      const logs = await readLastLogs(host.reader, containerId);
      context.log.warn("engine quarantined", { container: name, detail: `${name}: ${reason}`, logs });
      await writer.containers.rename(containerId, quarantineName(name, containerId));
      // What a job left running must not go on: a frozen container keeps all of it for a look.
      await writer.containers.pause(containerId);
    } catch (error) {
      const container = tools.nameOf(containerId);
      context.log.debug("engine not set aside", { container, detail: toWarmError(error).message });
    }
  }

  const begin = (containerId: string, run: () => Promise<void>) => {
    const before = work.get(containerId) ?? Promise.resolve();
    const next = before
      .then(() => limit(run))
      .finally(() => {
        if (work.get(containerId) === next) work.delete(containerId);
      });
    work.set(containerId, next);
  };

  return {
    reset(containerId) {
      const core = cores.ofContainer(containerId);
      if (core !== undefined) begin(containerId, () => runReset(core, containerId));
    },
    quarantine: (containerId, reason) => begin(containerId, () => runQuarantine(containerId, reason)),
  };
}
