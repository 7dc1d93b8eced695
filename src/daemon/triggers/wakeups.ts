import type { Clock } from "../../apply/apply-context.js";

/** What wakes the watcher. For logs only: every pass looks at everything. */
export type Trigger =
  | "start"
  | "file"
  | "timer"
  | "docker"
  | "retry"
  | "settled"
  | "control"
  | "reload"
  | "demand"
  | "request"
  | "git"
  | "rollback";

/** Timers overflow at 24.8 days. */
const LONGEST_SLEEP_MS = 24 * 3_600_000;

/** Many marks, one waiter: whatever comes while a pass runs is one more pass. */
export interface Wakeups {
  /** @param delayMs how long others of the same kind may be waited for */
  mark(trigger: Trigger, delayMs?: number): void;
  /** Resolves with what was marked since the last time; at `atMs` with what `atMs` was for; empty when cancelled. */
  next(deadline: { readonly atMs: number; readonly trigger: Trigger }): Promise<Trigger[]>;
}

/** @param cancel ends every wait, for good */
export function createWakeups(clock: Clock, cancel: AbortSignal): Wakeups {
  const marked = new Map<Trigger, number>();
  let changed = new AbortController();
  cancel.addEventListener("abort", () => changed.abort(), { once: true });
  return {
    mark(trigger, delayMs = 0) {
      const dueMs = clock.now() + delayMs;
      const known = marked.get(trigger);
      if (known !== undefined && known <= dueMs) return;
      marked.set(trigger, dueMs);
      changed.abort();
    },
    async next({ atMs, trigger }) {
      while (!cancel.aborted) {
        const now = clock.now();
        const due = [...marked].filter(([, dueMs]) => dueMs <= now).map(([name]) => name);
        // Others must not take its turn: under a storm of events it comes all the same.
        if (now >= atMs && !due.includes(trigger)) due.push(trigger);
        for (const name of due) marked.delete(name);
        if (due.length > 0) return due;
        changed = new AbortController();
        const wakeMs = Math.min(atMs, ...marked.values());
        await clock.sleep(Math.min(wakeMs - now, LONGEST_SLEEP_MS), changed.signal);
        // A clock that was set back would have all that is due by it wait until then once more.
        if (clock.now() < now) for (const name of [...marked.keys(), trigger]) marked.set(name, clock.now());
      }
      return [];
    },
  };
}
