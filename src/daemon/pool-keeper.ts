import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../apply/apply-context.js";
import { toWarmError, WarmError } from "../errors.js";
import { followJobs } from "../jobs/follow-jobs.js";
import { type JobRuntime, openJobRuntime } from "../jobs/job-runtime.js";
import type { Jobs } from "../jobs/jobs.js";
import type { Demand } from "../model/engine.js";
import type { JobView } from "../model/job.js";
import type { Observed } from "../model/observed.js";
import type { Desired } from "../model/resource.js";
import type { PoolEvent } from "../pool/core/pool-event.js";
import { followPools } from "../pool/follow-pools.js";
import { journalPath } from "../pool/journal/journal-path.js";
import { hostIsAway, type PoolHost } from "../pool/pool-host.js";
import { openPoolRuntime, type PoolRuntime } from "../pool/pool-runtime.js";
import type { Pools } from "../pool/pools.js";
import type { HostLink } from "./host-link.js";
import type { Listeners } from "./listeners.js";
import type { WatchLog } from "./log/watch-log.js";
import type { StateDirectory } from "./state/state-directory.js";

/** The pools for as long as the project's lock is ours: their journal has one writer. */
export interface PoolKeeper {
  /** Opens the journal, with the first pass under the lock. @throws WarmError when it cannot be opened */
  ready(desired: Desired, reach: Observed["reach"]): Promise<PoolRuntime>;
  /** The pools and jobs as they are kept at each moment. */
  readonly pools: Pools;
  readonly jobs: Jobs;
  /** What engines are doing now. */
  demand(): Demand;
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
  readonly listeners: Listeners;
  readonly onPoolEvent: (event: PoolEvent) => void;
  readonly onJobChange: (view: JobView) => void;
}

interface OpenPools {
  readonly runtime: PoolRuntime;
  readonly jobs: JobRuntime;
  /** Whether holders of earlier leases could be heard. */
  isHeard: boolean;
}

export function createPoolKeeper(settings: PoolKeeperSettings): PoolKeeper {
  const { link, state, clock, log, onDemand, onTryAgain, env, listeners } = settings;
  let open: Promise<OpenPools> | undefined;
  let current: OpenPools | undefined;
  let poolHost: PoolHost | undefined;
  let isClosed = false;
  /** The end of an earlier keeping: the journal has one writer. */
  let ended: Promise<void> = Promise.resolve();
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
      onEvent: settings.onPoolEvent,
      journalPath: journalPath(state.path),
    });
    const jobs = openJobRuntime({
      ...{ pools: runtime, host: hostNow, log, desired, nowMs, env, dir: join(state.path, "jobs") },
      onChange: settings.onJobChange,
      ...{ wallMs: clock.now, sleep: clock.sleep, random: () => randomBytes(6).toString("hex") },
    });
    await jobs.resume();
    current = { runtime, jobs, isHeard: false };
    return current;
  }

  async function stop(): Promise<void> {
    const opened = await open?.catch(() => undefined);
    await opened?.jobs.stop();
    opened?.runtime.stop();
    await listeners.close();
  }

  function end(): Promise<void> {
    const ending = open;
    open = undefined;
    ended = ended.then(async () => {
      const opened = await ending?.catch(() => undefined);
      await opened?.jobs.stop();
      opened?.runtime.stop();
      await listeners.suspend();
      if (opened === undefined) return;
      if (current === opened) current = undefined;
      await opened.runtime.close();
    });
    return ended;
  }

  return {
    pools: followPools(() => current?.runtime),
    jobs: followJobs(() => current?.jobs),
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
      const isOpen = await listeners.open();
      if (isOpen && !opened.isHeard) opened.runtime.served();
      opened.isHeard ||= isOpen;
    },
    demand: () => current?.runtime.demand() ?? new Map(),
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
