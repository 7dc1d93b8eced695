import type { Clock } from "../apply/apply-context.js";
import { toWarmError } from "../errors.js";
import type { Observed } from "../model/observed.js";
import type { Desired } from "../model/resource.js";
import { journalPath } from "../pool/journal/journal-path.js";
import { hostIsAway, type PoolHost } from "../pool/pool-host.js";
import { openPoolRuntime, type PoolRuntime } from "../pool/pool-runtime.js";
import type { Pools } from "../pool/pools.js";
import type { HostLink } from "./host-link.js";
import type { WatchLog } from "./log/watch-log.js";
import type { StateDirectory } from "./state/state-directory.js";

/** Lets others use the pools while they are kept. @returns how to end that */
export type ServePools = (pools: Pools, stateDirectory: string) => Promise<{ close(): Promise<void> }>;

/** The pools for as long as the project's lock is ours: their journal has one writer. */
export interface PoolKeeper {
  /** Opens the journal, with the first pass under the lock. @throws WarmError when it cannot be opened */
  ready(desired: Desired, reach: Observed["reach"]): Promise<PoolRuntime>;
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
  readonly serve: ServePools | undefined;
}

interface OpenPools {
  readonly runtime: PoolRuntime;
  stop(): Promise<void>;
}

export function createPoolKeeper({
  link,
  state,
  clock,
  log,
  onDemand,
  onTryAgain,
  serve,
}: PoolKeeperSettings): PoolKeeper {
  let open: Promise<OpenPools> | undefined;
  let runtime: PoolRuntime | undefined;
  let poolHost: PoolHost | undefined;

  async function begin(desired: Desired): Promise<OpenPools> {
    await state.make();
    const opened = await openPoolRuntime({
      host: () => {
        if (poolHost === undefined) throw hostIsAway();
        return poolHost;
      },
      clock,
      nowMs: () => performance.now(),
      log,
      journalPath: journalPath(state.path),
      onDemand,
      onTryAgain,
    });
    opened.configure(desired);
    // Keeping the pools is worth more than being asked about them.
    const server = await serve?.(opened, state.path).catch((error: unknown) => {
      const { message, hint } = toWarmError(error);
      log.warn("socket not opened", { hint, detail: `${message}; engines are kept, and cannot be leased` });
      return undefined;
    });
    runtime = opened;
    return {
      runtime: opened,
      async stop() {
        opened.stop();
        await server?.close();
      },
    };
  }

  async function end(): Promise<void> {
    const ending = open;
    open = undefined;
    runtime = undefined;
    const ended = await ending?.catch(() => undefined);
    await ended?.stop();
    await ended?.runtime.close();
  }

  return {
    async ready(desired, reach) {
      const { session, writer } = await link.ready();
      poolHost = { host: session.host, writer, reach };
      open ??= begin(desired).catch((error: unknown) => {
        open = undefined;
        throw error;
      });
      return (await open).runtime;
    },
    died: (containerId) => runtime?.died(containerId),
    suspend: () => void end(),
    stop: async () => (await open?.catch(() => undefined))?.stop(),
    close: end,
  };
}
