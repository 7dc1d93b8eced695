import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../apply/apply-context.js";
import { toWarmError, WarmError } from "../errors.js";
import { followJobs } from "../jobs/follow-jobs.js";
import { type JobRuntime, openJobRuntime } from "../jobs/job-runtime.js";
import type { Jobs } from "../jobs/jobs.js";
import type { Observed } from "../model/observed.js";
import type { Desired } from "../model/resource.js";
import { followPools } from "../pool/follow-pools.js";
import { journalPath } from "../pool/journal/journal-path.js";
import { hostIsAway, type PoolHost } from "../pool/pool-host.js";
import { openPoolRuntime, type PoolRuntime } from "../pool/pool-runtime.js";
import type { Pools } from "../pool/pools.js";
import type { HostLink } from "./host-link.js";
import type { WatchLog } from "./log/watch-log.js";
import type { StateDirectory } from "./state/state-directory.js";

/** What others may use while the pools are kept. */
export interface Served {
  readonly pools: Pools;
  readonly jobs: Jobs;
}

/** Lets others use it. @returns how to end that */
export type ServePools = (served: Served, stateDirectory: string) => Promise<{ close(): Promise<void> }>;

/** The pools for as long as the project's lock is ours: their journal has one writer. */
export interface PoolKeeper {
  /** Opens the journal, with the first pass under the lock. @throws WarmError when it cannot be opened */
  ready(desired: Desired, reach: Observed["reach"]): Promise<PoolRuntime>;
  /** Lets others ask, once a look has shown what there is. Never throws. */
  serve(): Promise<void>;
  died(containerId: string): void;
  /** The lock is somebody else's. */
  suspend(): void;
  /** Grants nothing more, and tells so whoever waits; what is in flight may still tell of its engines. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface PoolKeeperSettings {
  readonly link: HostLink;
  readonly state: StateDirectory;
  readonly clock: Clock;
  readonly log: WatchLog;
  readonly onDemand: () => void;
  readonly onTryAgain: (pool: string) => void;
  /** Of commands that jobs run on this host. */
  readonly env: NodeJS.ProcessEnv;
  readonly serve: ServePools | undefined;
}

interface OpenPools {
  readonly runtime: PoolRuntime;
  readonly jobs: JobRuntime;
  server: { close(): Promise<void> } | undefined;
}

export function createPoolKeeper(settings: PoolKeeperSettings): PoolKeeper {
  const { link, state, clock, log, onDemand, onTryAgain, env, serve } = settings;
  let open: Promise<OpenPools> | undefined;
  let current: OpenPools | undefined;
  let poolHost: PoolHost | undefined;
  let isClosed = false;
  let hasToldServing = false;
  /** A server that is being opened when all of it ends is closed too. */
  let serving: Promise<void> = Promise.resolve();
  /** The end of an earlier keeping: the journal has one writer. */
  let ended: Promise<void> = Promise.resolve();
  const served: Served = {
    pools: followPools(() => current?.runtime),
    jobs: followJobs(() => current?.jobs),
  };
  const nowMs = () => performance.now();
  const hostNow = (): PoolHost => {
    if (poolHost === undefined) throw hostIsAway();
    return poolHost;
  };

  async function begin(desired: Desired): Promise<OpenPools> {
    await ended;
    await state.make();
    const runtime = await openPoolRuntime({
      ...{ host: hostNow, clock, log, desired, onDemand, onTryAgain, nowMs },
      journalPath: journalPath(state.path),
    });
    const jobs = openJobRuntime({
      ...{ pools: runtime, host: hostNow, log, desired, nowMs, env, dir: join(state.path, "jobs") },
      ...{ wallMs: clock.now, sleep: clock.sleep, random: () => randomBytes(6).toString("hex") },
    });
    await jobs.resume();
    current = { runtime, jobs, server: undefined };
    return current;
  }

  /** Keeping the pools is worth more than being asked about them: what cannot be served now is tried again. */
  async function startServing(opened: OpenPools): Promise<void> {
    if (serve === undefined || opened.server !== undefined) return;
    try {
      opened.server = await serve(served, state.path);
      opened.runtime.served();
      hasToldServing = false;
    } catch (error) {
      const { message, hint } = toWarmError(error);
      const detail = `${message}; engines are kept, and cannot be leased`;
      log[hasToldServing ? "debug" : "warn"]("socket not opened", { hint, detail });
      hasToldServing = true;
    }
  }

  async function stop(): Promise<void> {
    const opened = await open?.catch(() => undefined);
    await opened?.jobs.stop();
    opened?.runtime.stop();
    await serving;
    await opened?.server?.close();
  }

  function end(): Promise<void> {
    const ending = open;
    open = undefined;
    ended = ended.then(async () => {
      const opened = await ending?.catch(() => undefined);
      if (opened === undefined) return;
      await opened.jobs.stop();
      opened.runtime.stop();
      await serving;
      await opened.server?.close();
      if (current === opened) current = undefined;
      await opened.runtime.close();
    });
    return ended;
  }

  return {
    async ready(desired, reach) {
      if (isClosed) throw new WarmError("interrupted", "the watcher is being stopped");
      const { session, writer } = await link.ready();
      if (poolHost !== undefined && poolHost.host !== session.host) current?.runtime.hostChanged();
      poolHost = { host: session.host, writer, reach };
      open ??= begin(desired).catch((error: unknown) => {
        open = undefined;
        throw error;
      });
      const { runtime, jobs } = await open;
      jobs.configure(desired);
      return runtime;
    },
    async serve() {
      const opened = await open?.catch(() => undefined);
      if (opened === undefined || isClosed) return;
      serving = startServing(opened);
      await serving;
    },
    died: (containerId) => current?.runtime.died(containerId),
    suspend() {
      end().catch((error: unknown) => log.warn("pools not closed", { detail: toWarmError(error).message }));
    },
    stop() {
      isClosed = true;
      return stop();
    },
    close: end,
  };
}
