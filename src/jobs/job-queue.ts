/** Work that waits for its turn: higher priorities first, within one the order of arrival. */
export interface JobQueue {
  /** @returns what the work comes to; rejects with the signal's reason when it is given up before its turn */
  run<T>(priority: number, work: () => Promise<T>, cancel: AbortSignal): Promise<T>;
  readonly waiting: number;
  /** More may run than before. */
  wake(): void;
}

interface Waiter {
  readonly priority: number;
  begin(): void;
}

/** @param limit how many may run at once, as it is just now */
export function createJobQueue(limit: () => number): JobQueue {
  const waiters: Waiter[] = [];
  let running = 0;

  function wake(): void {
    while (running < limit()) {
      const next = waiters.shift();
      if (next === undefined) return;
      running += 1;
      next.begin();
    }
  }

  function leave(waiter: Waiter): void {
    const at = waiters.indexOf(waiter);
    if (at >= 0) waiters.splice(at, 1);
  }

  return {
    get waiting() {
      return waiters.length;
    },
    wake,
    async run(priority, work, cancel) {
      await new Promise<void>((resolve, reject) => {
        if (cancel.aborted) return reject(cancel.reason);
        const onCancel = () => {
          leave(waiter);
          reject(cancel.reason);
        };
        const begin = () => {
          cancel.removeEventListener("abort", onCancel);
          resolve();
        };
        const waiter: Waiter = { priority, begin };
        const after = waiters.findIndex((one) => one.priority < priority);
        waiters.splice(after < 0 ? waiters.length : after, 0, waiter);
        cancel.addEventListener("abort", onCancel, { once: true });
        wake();
      });
      try {
        return await work();
      } finally {
        running -= 1;
        wake();
      }
    },
  };
}
