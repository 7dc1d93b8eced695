import type { Clock } from "../apply/apply-context.js";
import { acquireLock, type HeldLock } from "../apply/lock/lock.js";
import type { Host } from "../docker/connection/connect.js";
import type { HostWriter } from "../docker/write/host-writer.js";
import { WarmError } from "../errors.js";
import type { ApplyEvent } from "../model/event.js";

/** The project's lock over the watcher's whole life: taken, renewed, and taken again when it was lost. */
export interface LockKeeper {
  /**
   * Makes sure that the lock is ours, on this very connection: one that came back may lead to another daemon.
   * @throws WarmError `locked` with the holder while somebody else has it, `lock-lost` while it cannot be renewed
   */
  hold(host: Host, writer: HostWriter): Promise<void>;
  /** Why nothing may be started now; undefined while all is well. */
  lostReason(): Promise<string | undefined>;
  /** For good. */
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
  let heldOn: Host | undefined;
  let isClosed = false;
  /** One after the other: a round that was cut off may still be taking it. */
  let pending: Promise<void> = Promise.resolve();

  async function take(host: Host, writer: HostWriter): Promise<void> {
    if (isClosed) throw new WarmError("interrupted", NOT_HELD);
    if (lock !== undefined && heldOn !== host) {
      await writer.containers.remove(lock.containerId).catch(() => undefined);
      void lock.release();
      lock = undefined;
    }
    // Asks the daemon: a lock that somebody broke is taken again at once.
    const why = await lock?.lostReason();
    if (lock?.isOver()) {
      await lock.release();
      lock = undefined;
    } else if (why !== undefined)
      throw new WarmError("lock-lost", why, { hint: "look at Docker's disk and log" });
    lock ??= await acquireLock(host, writer, clock, { ...request, timeoutMs: 0 });
    heldOn = host;
  }

  return {
    hold(host, writer) {
      const taking = pending.then(() => take(host, writer));
      pending = taking.catch(() => undefined);
      return taking;
    },
    lostReason: async () => (lock === undefined ? NOT_HELD : lock.lostReason()),
    async release() {
      isClosed = true;
      await pending;
      await lock?.release();
      lock = undefined;
    },
  };
}
