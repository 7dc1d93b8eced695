import { toWarmError, WarmError } from "../errors.js";
import { bindLease, checkBinding, filesOf } from "./bind-lease.js";
import type { BoundPaths } from "./bound-paths.js";
import { type Lease, type Settled, viewLease } from "./core/lease.js";
import type { PoolCore } from "./core/pool-core.js";
import type { PoolEvent } from "./core/pool-event.js";
import type { EngineCommands } from "./engine-commands.js";
import type { EngineFactsCache } from "./engine-facts.js";
import type { IdleEngines } from "./idle-engines.js";
import type { PoolCores } from "./pool-cores.js";
import type { PoolContext } from "./pool-host.js";
import type { Binding, GrantedLease, LeaseRequest } from "./pools.js";

export interface LeaseTools {
  readonly context: PoolContext;
  readonly cores: PoolCores;
  readonly commands: EngineCommands;
  readonly facts: EngineFactsCache;
  readonly idle: IdleEngines;
  /** Everything recorded so far is on disk. */
  readonly flushed: () => Promise<void>;
  /** Docker name of an engine. */
  readonly nameOf: (containerId: string) => string;
  readonly bound: BoundPaths;
  /** What each lease was granted with, by its ID. */
  readonly grants: Map<string, Promise<GrantedLease>>;
  readonly tell: (event: PoolEvent) => void;
  /** Somebody waits until then: a time at which something has to be done. */
  readonly onDeadline: (atMs: number) => void;
  /** The variables of a lease, by its ID. */
  readonly envs: Map<string, Readonly<Record<string, string>>>;
}

const WAIT_MS = 60_000;
/** An engine that fails as it is handed out is no reason to fail the caller. */
const MOST_TRIES = 3;

/**
 * Makes the function behind `Pools.lease`: an engine is assigned in memory, the grant is on disk, the engine thawed and
 * bound, and only then is it told. A caller that has gone by then gives it back.
 */
export function createLeasing(tools: LeaseTools) {
  const { context, cores, grants, bound } = tools;

  async function prepare(
    core: PoolCore,
    lease: Lease,
    bind: Binding,
    queuedMs: number,
  ): Promise<GrantedLease> {
    const startedMs = context.nowMs();
    const { containerId } = lease;
    const name = tools.nameOf(containerId);
    // Who asks again for what it holds has its files there already, and a job that uses them, unless warm was stopped
    // before all of them were written.
    const paths = lease.isTold && bound.isWritten(containerId) ? [] : Object.keys(filesOf(bind));
    if (paths.length > 0) bound.add(containerId, paths);
    const [facts] = await Promise.all([
      tools.facts.of(containerId, name, cores.resource(core.pool)),
      tools.flushed(),
      tools.idle.thaw(containerId),
    ]);
    if (paths.length > 0) await write(core, lease, bind);
    const view = viewLease(lease, context.nowMs(), context.clock.now());
    const timings = { queuedMs, preparedMs: Math.round((context.nowMs() - startedMs) * 100) / 100 };
    const { address, ports } = facts;
    return { ...view, address, ports, container: { id: containerId, name }, timings };
  }

  /** It may end at any time: then the engine is somebody else's, and nothing of this one must get there or stay. */
  async function write(core: PoolCore, { id, containerId }: Lease, bind: Binding): Promise<void> {
    if (core.lease(id) === undefined) return;
    if (bind.env !== undefined) tools.envs.set(id, bind.env);
    const { isReversible } = await bindLease(containerId, bind, tools.commands);
    if (!isReversible) bound.spoil(containerId);
    bound.written(containerId);
    if (core.lease(id) === undefined) tools.envs.delete(id);
  }

  /** One preparation for all who ask with the same key, for as long as the lease is held. */
  function grantOf(core: PoolCore, lease: Lease, bind: Binding, queuedMs: number): Promise<GrantedLease> {
    const known = grants.get(lease.id);
    if (known !== undefined) return known;
    const work = prepare(core, lease, bind, queuedMs);
    grants.set(lease.id, work);
    work.catch(() => grants.delete(lease.id));
    return work;
  }

  /** @returns undefined when the engine failed under our hands and another one may do */
  async function handOver(
    core: PoolCore,
    lease: Lease,
    { bind = {}, cancel }: LeaseRequest,
    queuedMs: number,
  ): Promise<GrantedLease | undefined> {
    const giveBack = () => core.giveBack(lease.id, context.nowMs(), bound.of(lease.containerId).length > 0);
    let granted: GrantedLease;
    try {
      granted = await grantOf(core, lease, bind, queuedMs);
    } catch (thrown) {
      const error = toWarmError(thrown);
      if (core.lease(lease.id) === undefined && error.code !== "rejected") return undefined;
      if (error.code !== "engine-failed" && error.code !== "not-found") {
        giveBack();
        throw error;
      }
      context.log.warn("engine failed at its lease", { engine: lease.engine, detail: error.message });
      core.failed(lease.containerId, `could not be handed out: ${error.message}`, context.nowMs());
      return undefined;
    }
    if (cancel?.aborted) {
      giveBack();
      throw gone();
    }
    // It may have died under our hands.
    if (!core.told(lease.id)) return undefined;
    const current = core.lease(lease.id) ?? lease;
    return { ...granted, ...viewLease(current, context.nowMs(), context.clock.now()) };
  }

  return async function lease(pool: string, request: LeaseRequest): Promise<GrantedLease> {
    const core = cores.get(pool);
    checkBinding(request.bind ?? {});
    checkTimes(request);
    const startedMs = context.nowMs();
    const deadlineMs = startedMs + (request.waitMs ?? WAIT_MS);
    for (let tries = 1; ; tries += 1) {
      tools.onDeadline(deadlineMs);
      const settled = await ask(core, request, deadlineMs, context.nowMs);
      if (settled.kind === "refused") throw refused(pool, settled);
      const queuedMs = Math.round(context.nowMs() - startedMs);
      const granted = await handOver(core, settled.lease, request, queuedMs);
      if (granted !== undefined) {
        const acquireMs = context.nowMs() - startedMs;
        tools.tell({ type: "lease-told", pool, lease: settled.lease, acquireMs });
        return granted;
      }
      if (tries === MOST_TRIES)
        throw new WarmError(
          "engine-failed",
          `${pool}: ${tries} engines in a row failed as they were handed out`,
          {
            hint: "`warm engines` shows why",
          },
        );
    }
  };
}

/** @throws WarmError `usage` */
function checkTimes({ ttlMs = 0, waitMs = 0, priority = 0 }: LeaseRequest): void {
  for (const [name, value] of Object.entries({ ttlMs, waitMs, priority })) {
    const isTime = Number.isFinite(value) && (name === "priority" || (value >= 0 && value <= LONGEST_MS));
    if (!isTime)
      throw new WarmError("usage", `a lease's ${name} cannot be ${value}`, {
        hint: name === "priority" ? "use a whole number" : "use milliseconds, a day's at most",
      });
  }
}

const LONGEST_MS = 24 * 3_600_000;

/** Stands in the queue until an engine is assigned, the deadline is over, or the caller goes. */
function ask(
  core: PoolCore,
  { key, holder, ttlMs, priority = 0, onQueued, cancel }: LeaseRequest,
  deadlineMs: number,
  nowMs: () => number,
): Promise<Settled> {
  return new Promise((resolve, reject) => {
    if (cancel?.aborted) return reject(gone());
    let ticket: number | undefined;
    let isSettled = false;
    const leave = () => {
      if (ticket !== undefined) core.leave(ticket);
      reject(gone());
    };
    const settle = (settled: Settled) => {
      isSettled = true;
      cancel?.removeEventListener("abort", leave);
      resolve(settled);
    };
    ticket = core.acquire({ key, holder, ttlMs, priority, deadlineMs }, nowMs(), settle, onQueued).ticket;
    if (!isSettled) cancel?.addEventListener("abort", leave, { once: true });
  });
}

const gone = () => new WarmError("interrupted", "the caller went away");

function refused(
  pool: string,
  { code, why, retryAfterMs }: Extract<Settled, { kind: "refused" }>,
): WarmError {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  const hint =
    code === "lease-ended" ? "ask with another key" : `try again in ${seconds} s, or wait for longer`;
  return new WarmError(code, `${pool}: ${why}`, { hint });
}
