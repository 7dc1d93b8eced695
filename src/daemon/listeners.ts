import { toWarmError } from "../errors.js";
import type { WatchLog } from "./log/watch-log.js";
import type { Served } from "./served.js";

/** A way in which others reach a watcher: its socket, or an address of the network. */
export interface Listener {
  /**
   * Two watchers that share a state directory share its socket too: it is open only while this one is at work. What is not
   * shared is open from the start to the end, and a watcher that cannot open it does not start.
   */
  readonly isShared: boolean;
  /** Lets others in. @returns how to end that */
  open(served: Served, stateDirectory: string): Promise<{ close(): Promise<void> }>;
}

export interface Listeners {
  /** Opens what is not shared. @throws WarmError */
  start(): Promise<void>;
  /**
   * Opens what is shared, unless it is open. Never throws: what cannot be opened now is tried again with the next call.
   * @returns whether others can come in there
   */
  open(): Promise<boolean>;
  /** Closes what another watcher may need now. */
  suspend(): Promise<void>;
  /** For good, also what is just being opened. */
  close(): Promise<void>;
}

export interface ListenerSettings {
  readonly listeners: readonly Listener[];
  readonly served: () => Served;
  readonly stateDirectory: string;
  readonly log: WatchLog;
}

export function createListeners({ listeners, served, stateDirectory, log }: ListenerSettings): Listeners {
  const doors = listeners.map((listener) => createDoor(listener, () => served(), stateDirectory));
  const shared = doors.filter(({ isShared }) => isShared);
  let isClosed = false;
  let hasTold = false;

  async function openOne(door: Door): Promise<boolean> {
    try {
      await door.open();
      hasTold = false;
      return true;
    } catch (error) {
      const { message, hint } = toWarmError(error);
      // Keeping the host is worth more than being asked about it.
      const detail = `${message}; the host is kept, and nobody can ask there`;
      log[hasTold ? "debug" : "warn"]("socket not opened", { hint, detail });
      hasTold = true;
      return false;
    }
  }

  return {
    async start() {
      for (const door of doors) if (!door.isShared) await door.open();
    },
    async open() {
      return !isClosed && (await Promise.all(shared.map(openOne))).includes(true);
    },
    async suspend() {
      await Promise.all(shared.map((door) => door.close()));
    },
    async close() {
      isClosed = true;
      await Promise.all(doors.map((door) => door.close()));
    },
  };
}

interface Door {
  readonly isShared: boolean;
  open(): Promise<void>;
  close(): Promise<void>;
}

/** One step after the other: what is being opened when it has to close is closed too. */
function createDoor({ isShared, open }: Listener, served: () => Served, stateDirectory: string): Door {
  let server: { close(): Promise<void> } | undefined;
  let last: Promise<void> = Promise.resolve();

  function queue(act: () => Promise<void>): Promise<void> {
    const done = last.then(act);
    last = done.catch(() => undefined);
    return done;
  }

  return {
    isShared,
    open: () =>
      queue(async () => {
        server ??= await open(served(), stateDirectory);
      }),
    close: () =>
      queue(async () => {
        const opened = server;
        server = undefined;
        await opened?.close();
      }),
  };
}
