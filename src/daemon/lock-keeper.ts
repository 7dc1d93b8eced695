import type { Clock } from "../apply/apply-context.js";
import { acquireLock, type HeldLock } from "../apply/lock/lock.js";
import type { Host } from "../docker/connection/connect.js";
import type { HostWriter } from "../docker/write/host-writer.js";
import type { ApplyEvent } from "../model/event.js";

/** The project's lock over the watcher's whole life: taken, renewed, and taken again when it was lost. */
export interface LockKeeper {
  /**
   * Makes sure that the lock is ours.
   * @throws WarmError `locked` with the holder while somebody else has it
   */
  hold(host: Host, writer: HostWriter): Promise<void>;
  /** Why nothing may be started now; undefined while all is well. */
  lostReason(): Promise<string | undefined>;
  release(): Promise<void>;
}

export interface LockKeeperSettings {
  readonly project: string;
  readonly command: string;
  readonly reason: string;
  readonly emit: (event: ApplyEvent) => void;
  readonly clock: Clock;
  readonly cancel: AbortSignal;
}

const NOT_HELD = "the project's lock is not held";

export function createLockKeeper({ clock, ...request }: LockKeeperSettings): LockKeeper {
  let lock: HeldLock | undefined;
  return {
    async hold(host, writer) {
      // Asks the daemon: a lock that somebody broke is taken again at once.
      await lock?.lostReason();
      if (lock?.isOver()) {
        await lock.release();
        lock = undefined;
      }
      lock ??= await acquireLock(host, writer, clock, { ...request, timeoutMs: 0 });
    },
    lostReason: async () => (lock === undefined ? NOT_HELD : lock.lostReason()),
    async release() {
      await lock?.release();
      lock = undefined;
    },
  };
}
