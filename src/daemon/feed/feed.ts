import type { PassRecord } from "../../model/daemon-status.js";
import type { ApplyEvent } from "../../model/event.js";
import type { JobView } from "../../model/job.js";
import type { Transition } from "../../model/transition.js";
import type { PoolEvent } from "../../pool/core/pool-event.js";

/** What a watcher does and sees, for whoever looks on. Never a reason to act. */
export type FeedEvent =
  /** A pass was made. `open`: changes that it found and that are still to be made. */
  | { readonly type: "pass"; readonly pass: PassRecord; readonly open: number }
  /** Work on one resource. Secrets are redacted. */
  | { readonly type: "work"; readonly event: ApplyEvent }
  /** A change of state, as notifications tell it. */
  | { readonly type: "transition"; readonly transition: Transition }
  | { readonly type: "pool"; readonly event: PoolEvent }
  /** A job has changed. */
  | { readonly type: "job"; readonly job: JobView };

export interface FeedItem {
  /** Grows by one with every event of this watcher's life. */
  readonly id: number;
  /** Milliseconds since the epoch, by the watcher's clock. */
  readonly atMs: number;
  readonly event: FeedEvent;
}

export interface Feed {
  tell(event: FeedEvent): void;
  /**
   * Calls back with every event from now on, in order.
   * @param after those with a greater id that are still remembered come first, before this returns
   * @returns how to not be told any more
   */
  follow(told: (item: FeedItem) => void, after?: number): () => void;
  /** Of the last event; 0 before the first. */
  readonly lastId: number;
  /** Whether something that came after this one is forgotten, or it is none of this watcher's. */
  hasMissed(after: number): boolean;
}

/** Enough for a client that comes back after a lost connection. */
const REMEMBERED = 1_000;

export function createFeed(now: () => number): Feed {
  const items: FeedItem[] = [];
  const followers = new Set<(item: FeedItem) => void>();
  let lastId = 0;
  return {
    get lastId() {
      return lastId;
    },
    tell(event) {
      lastId += 1;
      const item = { id: lastId, atMs: now(), event };
      items.push(item);
      // Moving the whole list for each event would cost more than some events that are kept for longer.
      if (items.length >= 2 * REMEMBERED) items.splice(0, items.length - REMEMBERED);
      // Whoever stops following while it is told is told no more.
      for (const told of followers) told(item);
    },
    follow(told, after) {
      if (after !== undefined) for (const item of items.filter(({ id }) => id > after)) told(item);
      followers.add(told);
      return () => followers.delete(told);
    },
    hasMissed(after) {
      if (after > lastId) return true;
      return after < (items[0]?.id ?? lastId + 1) - 1;
    },
  };
}
