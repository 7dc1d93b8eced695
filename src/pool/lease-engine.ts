import { toWarmError, WarmError } from "../errors.js";
import { bindLease, checkBinding, filesOf } from "./bind-lease.js";
import type { BoundPaths } from "./bound-paths.js";
import { type Lease, type Settled, viewLease } from "./core/lease.js";
import type { PoolCore } from "./core/pool-core.js";
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
  const { context, cores } = tools;
  /** One preparation for all who ask with the same key. */
  const preparing = new Map<string, Promise<GrantedLease>>();

  async function prepare(
    core: PoolCore,
    lease: Lease,
    bind: Binding,
    queuedMs: number,
  ): Promise<GrantedLease> {
    const startedMs = context.nowMs();
    const { containerId } = lease;
    const name = tools.nameOf(containerId);
    const paths = Object.keys(filesOf(bind));
    if (paths.length > 0) tools.bound.add(containerId, paths);
    const [facts] = await Promise.all([
      tools.facts.of(containerId, name, cores.resource(core.pool)),
      tools.flushed(),
      tools.idle.thaw(containerId),
    ]);
    if (paths.length > 0) {
      if (bind.env !== undefined) tools.envs.set(lease.id, bind.env);
      await bindLease(containerId, bind, tools.commands);
    }
    const view = viewLease(lease, context.nowMs(), context.clock.now());
    const timings = { queuedMs, preparedMs: Math.round((context.nowMs() - startedMs) * 100) / 100 };
    const { address, ports } = facts;
    return { ...view, address, ports, container: { id: containerId, name }, timings };
  }

  const isBound = ({ containerId }: Lease) => tools.bound.of(containerId).length > 0;

  /** @returns undefined when the engine failed under our hands and another one may do */
  async function handOver(
    core: PoolCore,
    lease: Lease,
    { bind = {}, cancel }: LeaseRequest,
    queuedMs: number,
  ): Promise<GrantedLease | undefined> {
    const known = preparing.get(lease.id);
    const work = known ?? prepare(core, lease, bind, queuedMs);
    if (known === undefined) preparing.set(lease.id, work);
    try {
      const granted = await work;
      if (cancel?.aborted) {
        core.giveBack(lease.id, context.nowMs(), isBound(lease));
        throw gone();
      }
      // It may have died under our hands.
      return core.told(lease.id) ? granted : undefined;
    } catch (thrown) {
      const error = toWarmError(thrown);
      if (error.code === "interrupted") throw error;
      const isDisk = error.code === "disk-full" || error.code === "rejected";
      if (isDisk || error.code.startsWith("host-")) {
        core.giveBack(lease.id, context.nowMs(), isBound(lease));
        throw error;
      }
      context.log.warn("engine failed at its lease", { engine: lease.engine, detail: error.message });
      core.failed(lease.containerId, `could not be handed out: ${error.message}`, context.nowMs());
      return undefined;
    } finally {
      preparing.delete(lease.id);
    }
  }

  return async function lease(pool: string, request: LeaseRequest): Promise<GrantedLease> {
    const core = cores.get(pool);
    checkBinding(request.bind ?? {});
    const startedMs = context.nowMs();
    const deadlineMs = startedMs + (request.waitMs ?? WAIT_MS);
    for (let tries = 1; ; tries += 1) {
      const settled = await ask(core, request, deadlineMs, context.nowMs);
      if (settled.kind === "refused") throw refused(pool, settled);
      const queuedMs = Math.round(context.nowMs() - startedMs);
      const granted = await handOver(core, settled.lease, request, queuedMs);
      if (granted !== undefined) return granted;
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
    const leave = () => {
      if (ticket !== undefined) core.leave(ticket);
      reject(gone());
    };
    const settle = (settled: Settled) => {
      cancel?.removeEventListener("abort", leave);
      resolve(settled);
    };
    ticket = core.acquire({ key, holder, ttlMs, priority, deadlineMs }, nowMs(), settle, onQueued).ticket;
    cancel?.addEventListener("abort", leave, { once: true });
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
