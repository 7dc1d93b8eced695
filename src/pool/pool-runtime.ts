import { setMaxListeners } from "node:events";
import { inspectContainer } from "../docker/observe/read-objects.js";
import { toWarmError, WarmError } from "../errors.js";
import type { EngineState } from "../model/engine.js";
import type { Observed } from "../model/observed.js";
import type { Desired } from "../model/resource.js";
import { createBoundPaths } from "./bound-paths.js";
import { createCompaction } from "./compaction.js";
import type { PoolEvent } from "./core/pool-event.js";
import { createEngineCommands } from "./engine-commands.js";
import { createEngineFacts } from "./engine-facts.js";
import { createEngineLogs } from "./engine-logs.js";
import { createEngineMemory } from "./engine-memory.js";
import { createPoolHolds } from "./hold-changes.js";
import { createIdleEngines } from "./idle-engines.js";
import { openJournal } from "./journal/journal.js";
import { createEngineJudge } from "./judge-engines.js";
import { createLeasing } from "./lease-engine.js";
import { createLeaseWatch, leaseEndOf } from "./lease-watch.js";
import { createEngineObserver } from "./observe-engines.js";
import { createPoolCores } from "./pool-cores.js";
import { createPoolGate } from "./pool-gate.js";
import type { PoolContext } from "./pool-host.js";
import { createPoolRequests } from "./pool-requests.js";
import { createPoolTeller } from "./pool-teller.js";
import type { GrantedLease, LeaseWatch, PoolKeeping, Pools } from "./pools.js";
import { createReturningEngines } from "./return-engine.js";
import { createRollouts } from "./rollout.js";
import { createRefills } from "./scale/refill.js";
import { startTicker } from "./ticker.js";

export interface PoolRuntimeSettings extends Omit<PoolContext, "life"> {
  /** Path of the journal. */
  readonly journalPath: string;
  /** Somebody should plan. */
  readonly onDemand: () => void;
  /** What of a pool failed is to be tried again at once: it was asked for. */
  readonly onTryAgain: (pool: string) => void;
  /** What the file says. */
  readonly desired: Desired;
  /** Told of everything that happens, as it happens. */
  readonly onEvent?: (event: PoolEvent) => void;
}

/** Everything at run time of all pools of one project. */
export interface PoolRuntime extends Pools, PoolKeeping, LeaseWatch {
  /** Takes over what a look at the host shows, and what the file says. @param lookedAtMs monotonic, when it began */
  observe(observed: Observed, desired: Desired, lookedAtMs: number): void;
  /** Whoever holds a lease from an earlier run can be heard from now on. */
  served(): void;
  /** Docker told the end of a container. */
  died(containerId: string): void;
  /** The host is spoken to in another way now: what was kept open to it is of no use any more. */
  hostChanged(): void;
  /** Refuses whoever waits and gives up resets; what is in flight may still tell of its engines. */
  stop(): void;
  /** Closes the journal. Engines and leases stay. */
  close(): Promise<void>;
}

/**
 * @throws WarmError `rejected` or `disk-full` when the journal cannot be opened
 */
export async function openPoolRuntime(settings: PoolRuntimeSettings): Promise<PoolRuntime> {
  const { onDemand, onTryAgain, nowMs, log, journalPath: path } = settings;
  const { records, journal } = await openJournal(path, {
    onProblem: (detail) => log.warn("journal damaged", { path, detail }),
  });
  const life = new AbortController();
  // All that is done to engines may wait for it.
  setMaxListeners(0, life.signal);
  const context: PoolContext = { ...settings, life: life.signal };
  const names = new Map<string, string>();
  const begunAtMs = new Map<string, number>();
  const bound = createBoundPaths((record) => journal.append(record));
  const envs = new Map<string, Readonly<Record<string, string>>>();
  const grants = new Map<string, Promise<GrantedLease>>();
  /** Those that are not ready yet, or have failed. */
  const making = new Set<string>();
  const tellPool = createPoolTeller(log);
  const unfinished = new Set<string>();
  let desired = settings.desired;
  let hasLooked = false;
  /** When the last look began, monotonic. */
  let lookedAt = Number.POSITIVE_INFINITY;

  const cores = createPoolCores({
    record: (record) => journal.append(record),
    tell: onPoolEvent,
    onDemand,
    wallMs: () => context.clock.now(),
  });
  const watching = createLeaseWatch((leaseId) => cores.all().some((core) => core.lease(leaseId)));
  const nameOf = (containerId: string) => names.get(containerId) ?? containerId.slice(0, 12);
  const commands = createEngineCommands(context);
  const facts = createEngineFacts(context);
  const idle = createIdleEngines(context, cores);
  const memory = createEngineMemory(context, cores);
  const logs = createEngineLogs(context, cores);
  const returning = createReturningEngines({
    ...{ context, cores, commands, memory, nameOf, bound },
    onHostAway: (containerId) => unfinished.add(containerId),
  });
  const refills = createRefills(nowMs);
  const rollouts = createRollouts((pool, why) =>
    log.warn("rollout paused", {
      pool,
      detail: `${pool}: the rollout is paused, the engines there are serve on: ${why}; \`warm recycle ${pool}\` goes on`,
    }),
  );
  const judgeEngines = createEngineJudge(cores, rollouts, nowMs);
  const holds = createPoolHolds(cores, rollouts, refills, nowMs);
  const onReady = warmUp;
  const onGone = forget;
  const observeEngines = createEngineObserver({
    ...{ context, cores, idle, names, begunAtMs, making, onReady, onGone },
    onQuarantined: (containerId) => returning.quarantine(containerId, "kept for a look"),
  });
  const gate = createPoolGate({
    ...{ context, cores, rollouts, refills, begunAtMs, making, names, onReady, onGone },
  });
  const snapshot = () => [...cores.snapshot(), ...bound.snapshot()];
  const compaction = createCompaction(journal, snapshot, ({ message }) =>
    log.warn("journal not compacted", { detail: message }),
  );
  const ticker = startTicker(
    tick,
    () => Math.min(idle.nextMs(), ...cores.all().map((core) => core.nextDeadlineMs(nowMs()))),
    nowMs,
  );
  const leasing = createLeasing({
    ...{ context, cores, commands, facts, idle, flushed, nameOf, bound, envs, grants },
    onDeadline: ticker.at,
    tell: onPoolEvent,
  });
  const lease: Pools["lease"] = (pool, request) =>
    life.signal.aborted ? Promise.reject(closing()) : leasing(pool, request);

  async function flushed(): Promise<void> {
    await journal.flushed();
    compaction.maybe();
  }

  /** Ahead of the first lease, what it would otherwise have to wait for. */
  function warmUp(containerId: string): void {
    const core = cores.ofContainer(containerId);
    if (core === undefined || life.signal.aborted) return;
    commands.prepare(containerId);
    facts.of(containerId, nameOf(containerId), cores.resource(core.pool)).catch(() => undefined);
    logs.follow(containerId);
  }

  function forget(containerId: string): void {
    void commands.close(containerId);
    facts.forget(containerId);
    logs.forget(containerId);
    idle.forget(containerId);
    bound.clear(containerId);
    for (const known of [names, begunAtMs, making, unfinished]) known.delete(containerId);
    cores.disown(containerId);
  }

  function onPoolEvent(event: PoolEvent): void {
    tellPool(event);
    settings.onEvent?.(event);
    if (event.type === "transition") onTransition(event.containerId, event.to, event.reason);
    const leaseEnd = leaseEndOf(event);
    if (leaseEnd === undefined || !("lease" in event)) return;
    const { id } = event.lease;
    envs.delete(id);
    grants.delete(id);
    // Who is told may ask for the next one at once.
    queueMicrotask(() => watching.ended(id, leaseEnd));
  }

  function onTransition(containerId: string, to: EngineState, reason: string): void {
    if (life.signal.aborted) return;
    // The core is in the middle of its step: what follows from it comes after.
    if (to === "resetting" && !hasLooked) unfinished.add(containerId);
    else if (to === "resetting") queueMicrotask(() => returning.reset(containerId));
    if (to === "quarantined") queueMicrotask(() => returning.quarantine(containerId, reason));
    if (to === "error" || to === "draining") void commands.close(containerId);
  }

  function tick(): void {
    for (const core of cores.all()) core.tick(nowMs());
    idle.tick();
    memory.tick();
    // What no caller waits for gets to the disk as well. The journal itself tells when it cannot.
    flushed().catch(() => undefined);
    if (holds.wasLimited()) onDemand();
  }

  function died(containerId: string): void {
    const core = cores.ofContainer(containerId);
    const state = core?.stateOf(containerId);
    if (core === undefined || state === undefined || making.has(containerId)) return;
    if (state !== "error" && state !== "draining" && state !== "quarantined")
      core.failed(containerId, "its container ended", nowMs());
  }

  async function checkAlive(containerId: string): Promise<void> {
    const ask = async () => inspectContainer(context.host().host.reader, containerId);
    const isOver = await ask().then(
      ({ isRunning }) => !isRunning,
      (error: unknown) => toWarmError(error).code === "not-found",
    );
    if (isOver) died(containerId);
  }

  function configure(next: Desired): void {
    if (desired !== next) cores.configure(next.pools);
    desired = next;
  }

  function observe(observed: Observed, next: Desired, lookedAtMs: number): void {
    configure(next);
    lookedAt = lookedAtMs;
    hasLooked = true;
    observeEngines(observed, next.project, lookedAtMs);
    resumeResets();
    refills.beginPass();
    judgeEngines(observed, next);
  }

  /** What a killed run left half reset is reset again, once it is known to be there still. */
  function resumeResets(): void {
    for (const containerId of unfinished) {
      unfinished.delete(containerId);
      const state = cores.ofContainer(containerId)?.stateOf(containerId);
      if (state === "resetting") returning.reset(containerId);
    }
  }

  cores.configure(desired.pools);
  cores.restore(records, nowMs());
  bound.restore(records);
  for (const core of cores.all())
    for (const { containerId, state } of core.engines())
      if (state === "resetting") unfinished.add(containerId);
  // The old one is as good, only longer.
  if (records.length > 0)
    await journal
      .compact(snapshot())
      .catch((error: unknown) => log.warn("journal not compacted", { detail: toWarmError(error).message }));

  return {
    ...createPoolRequests({
      context,
      cores,
      commands,
      rollouts,
      envs,
      bound,
      flushed,
      lease,
      nameOf,
      onTryAgain,
      checkAlive,
      watching,
    }),
    onLeaseEnd: watching.onLeaseEnd,
    setActivity: watching.setActivity,
    gate,
    holdOf: holds.holdOf,
    observe,
    demand: () => new Map(cores.all().map((core) => [core.pool, core.demand(nowMs(), lookedAt)])),
    died,
    served() {
      for (const core of cores.all()) core.prolongLeases(nowMs());
    },
    hostChanged() {
      commands.closeAll();
      facts.forgetAll();
    },
    stop() {
      // What is being reset is reset anew by whoever comes after us.
      life.abort();
      ticker.stop();
      for (const core of cores.all()) core.refuseAll("warm is being stopped", nowMs());
      commands.closeAll();
    },
    async close() {
      await journal
        .close()
        .catch((error: unknown) => log.warn("journal not written", { detail: toWarmError(error).message }));
    },
  };
}

const closing = () => new WarmError("no-engine", "warm is being stopped", { hint: "ask again once it runs" });
