import { hostname, userInfo } from "node:os";
import { dirname, resolve } from "node:path";
import type { HostSettings } from "./apply/host-session.js";
import type { WatchLog } from "./daemon/log/watch-log.js";
import type { Served } from "./daemon/served.js";
import { watchProject } from "./daemon/watch-project.js";
import { toWarmError, WarmError } from "./errors.js";
import type { JobRequest, Jobs } from "./jobs/jobs.js";
import { type EndedJob, untilEnded } from "./jobs/until-ended.js";
import type { PoolView } from "./model/engine.js";
import type { JobView } from "./model/job.js";
import { type HeldLease, holdLease } from "./pool/hold-lease.js";
import { statePath } from "./pool/journal/journal-path.js";
import type { LeaseRequest, Pools } from "./pool/pools.js";
import { createClient } from "./server/client/create-client.js";
import type { WarmClient } from "./server/client/warm-client.js";
import { socketPathIn } from "./server/listen/socket-path.js";
import { startServer } from "./server/listen/start-server.js";

export interface OpenWarmSettings extends HostSettings {
  /** Path of the file, from `cwd`; default `warm.yaml`. */
  readonly file?: string;
  readonly cwd?: string;
  /** Default `.warm` beside the file. */
  readonly stateDir?: string;
  /** What the pools' keeping has to tell; default nothing. */
  readonly log?: WatchLog;
}

/** The pools of one file. */
export interface Warm {
  /** Whether another process keeps the pools, and is asked through its socket; else this one keeps them. */
  readonly isRemote: boolean;
  /** @throws (its methods) WarmError `not-found` when the file declares no such pool */
  pool(id: string): WarmPool;
  /** Ends the keeping if it is ours: in good order, engines and leases stay. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface WarmPool {
  readonly id: string;
  /**
   * A warm engine for one job, renewed for as long as it is held.
   * @throws WarmError `no-engine`, `queue-full`, `lease-ended`, `engine-failed`
   */
  lease(request?: Partial<LeaseRequest>): Promise<HeldLease>;
  /**
   * Runs a job of the pool, or joins an equal one, and waits for its end. That it failed is no error: `outcome` says it.
   * @param request with `cancel` the job is taken back
   * @throws WarmError `usage`, `not-found`, `queue-full`, `in-use`; `interrupted` when `cancel` fires
   */
  run(params: JobRequest["params"], request?: RunRequest): Promise<EndedJob>;
  view(): Promise<PoolView>;
  /** Replaces one engine, or all that are not leased. */
  recycle(slot?: number): Promise<readonly string[]>;
}

export interface RunRequest extends Partial<Omit<JobRequest, "params">> {
  readonly cancel?: AbortSignal;
  /** Told of every change. */
  readonly onChange?: (view: JobView) => void;
}

const SILENT: WatchLog = { debug() {}, info() {}, warn() {}, error() {} };
const GRACE_MS = 8_000;

/**
 * Opens the pools of a file: through the watcher that keeps them already, else this process keeps them as `warm watch`
 * would, until it is closed.
 * @throws ConfigError for the file; WarmError `locked` when somebody else applies to the project, and what keeps the first
 * pass from being made
 */
export async function openWarm(settings: OpenWarmSettings = {}): Promise<Warm> {
  const { cwd = process.cwd(), file = "warm.yaml" } = settings;
  const socketPath = socketPathIn(statePath(dirname(resolve(cwd, file)), settings.stateDir, cwd));
  const client = createClient(socketPath);
  const isKept = await client.leases().then(
    () => true,
    (error: unknown) => {
      if (toWarmError(error).code === "no-watcher") return false;
      throw error;
    },
  );
  if (isKept) return toWarm(client, jobsOfClient(client), true, async () => client.close());
  client.close();
  const keeping = await keep(settings, socketPath);
  return toWarm(keeping.pools, keeping.jobs, false, keeping.close);
}

/** Watches the file in this process until it is closed. */
async function keep(
  {
    file = "warm.yaml",
    cwd = process.cwd(),
    stateDir,
    log = SILENT,
    host,
    env = process.env,
    home,
  }: OpenWarmSettings,
  socketPath: string,
): Promise<Served & { close(): Promise<void> }> {
  const [soft, hard] = [new AbortController(), new AbortController()];
  let ended: Promise<number> | undefined;
  const close = async () => {
    soft.abort();
    await ended;
  };
  const kept = await new Promise<Served>((resolveServed, reject) => {
    ended = watchProject({
      ...{ file, cwd, stateDir, log, host, env, home },
      once: false,
      stop: { soft: soft.signal, hard: hard.signal },
      graceMs: GRACE_MS,
      onFailure: reject,
      listeners: [
        {
          isShared: true,
          open: async (served) => {
            resolveServed(served);
            return startServer({ served, socketPath, log });
          },
        },
      ],
    });
    ended.then(() => reject(new WarmError("interrupted", "the watcher ended")), reject);
  }).catch(async (error: unknown) => {
    soft.abort();
    await ended?.catch(() => undefined);
    throw error;
  });
  return { ...kept, close };
}

type AskedPools = Pick<Pools, "lease" | "renew" | "release" | "exec"> & {
  recycle(pool: string, slot?: number): Promise<readonly string[]>;
  view(pool: string): PoolView | Promise<PoolView>;
};

/** What a job is asked through, here or over there. */
type AskedJobs = Pick<Jobs, "submit" | "changed" | "cancel">;

const jobsOfClient = (client: WarmClient): AskedJobs => ({
  submit: client.submitJob,
  changed: client.changedJob,
  cancel: client.cancelJob,
});

function toWarm(pools: AskedPools, jobs: AskedJobs, isRemote: boolean, close: () => Promise<void>): Warm {
  const us = `${userInfo().username}@${hostname()}:${process.pid}`;
  return {
    isRemote,
    pool: (id) => ({
      id,
      lease: async (request = {}) => holdLease(pools, await pools.lease(id, { holder: us, ...request })),
      run: async (params, { cancel, onChange, ...request } = {}) =>
        untilEnded(jobs, await jobs.submit(id, { holder: us, ...request, params }), { cancel, onChange }),
      view: async () => pools.view(id),
      recycle: (slot) => pools.recycle(id, slot),
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
