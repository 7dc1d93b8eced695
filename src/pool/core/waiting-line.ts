import type { QueuePlace } from "../pools.js";
import type { LeaseWish, Settled } from "./lease.js";

/** One who asked and was not answered yet. */
export interface Asker {
  readonly ticket: number;
  readonly holder: string;
  readonly joinedMs: number;
  readonly deadlineMs: number;
  readonly onSettled: (settled: Settled) => void;
  readonly onPlace: ((place: QueuePlace) => void) | undefined;
  /** The place that it was told last; 0: none. */
  toldPosition: number;
  hasLeft: boolean;
}

/** A place in the line: one engine serves all who stand in it, as they ask with one key. */
export interface Place {
  /** Of its first asker. */
  readonly wish: LeaseWish;
  readonly joinedMs: number;
  readonly rank: number;
  readonly askers: Asker[];
  /** Why no engine was handed out at once. */
  readonly missReason: string;
}

/** To wait for so long is worth as much as one priority more. */
const AGE_STEP_MS = 10_000;
const MOST_PRIORITY = 100;

/**
 * Who waits for an engine, in the order in which they are served: higher priority first, within one by arrival. Waiting
 * lifts a place by one priority every 10 s, all alike, so their order never changes once they stand, and whoever comes
 * goes before a lower one only if that has waited for less than 10 s for each step between them: nobody starves.
 */
export class WaitingLine {
  readonly #places: Place[] = [];
  readonly #byKey = new Map<string, Place>();
  readonly #byTicket = new Map<number, Place>();

  /** Places, not askers. */
  get length(): number {
    return this.#places.length;
  }

  get places(): readonly Place[] {
    return this.#places;
  }

  ofKey(key: string): Place | undefined {
    return this.#byKey.get(key);
  }

  /** @returns its position from 1 */
  add(wish: LeaseWish, asker: Asker, missReason: string): number {
    const priority = Math.min(MOST_PRIORITY, Math.max(-MOST_PRIORITY, wish.priority || 0));
    const rank = asker.joinedMs - priority * AGE_STEP_MS;
    const place: Place = { wish, joinedMs: asker.joinedMs, rank, askers: [asker], missReason };
    const index = this.#indexAfter(rank);
    this.#places.splice(index, 0, place);
    if (wish.key !== undefined) this.#byKey.set(wish.key, place);
    this.#byTicket.set(asker.ticket, place);
    return index + 1;
  }

  join(place: Place, asker: Asker): void {
    place.askers.push(asker);
    this.#byTicket.set(asker.ticket, place);
  }

  /** The first place leaves the line. */
  shift(): Place | undefined {
    const place = this.#places.shift();
    if (place !== undefined) this.#forget(place);
    return place;
  }

  /** @returns who left; undefined for one who does not stand here (any more) */
  leave(ticket: number): Asker | undefined {
    const place = this.#byTicket.get(ticket);
    const index = place?.askers.findIndex((asker) => asker.ticket === ticket) ?? -1;
    const asker = place?.askers[index];
    if (place === undefined || asker === undefined) return undefined;
    place.askers.splice(index, 1);
    this.#byTicket.delete(ticket);
    if (place.askers.length === 0) {
      this.#places.splice(this.#places.indexOf(place), 1);
      this.#forget(place);
    }
    return asker;
  }

  /** @returns those whose deadline is over, who have left by now */
  leaveLate(nowMs: number): Asker[] {
    const late = this.#places.flatMap(({ askers }) => askers.filter(({ deadlineMs }) => deadlineMs <= nowMs));
    for (const { ticket } of late) this.leave(ticket);
    return late;
  }

  /** @returns all, who have left by now */
  leaveAll(): Asker[] {
    const all = this.#places.flatMap(({ askers }) => askers);
    for (const { ticket } of all) this.leave(ticket);
    return all;
  }

  nextDeadlineMs(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { askers } of this.#places)
      for (const { deadlineMs } of askers) next = Math.min(next, deadlineMs);
    return next;
  }

  /** Behind all of the same rank: they came before. */
  #indexAfter(rank: number): number {
    let [low, high] = [0, this.#places.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#places[middle] as Place).rank <= rank) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #forget({ wish, askers }: Place): void {
    if (wish.key !== undefined) this.#byKey.delete(wish.key);
    for (const { ticket } of askers) this.#byTicket.delete(ticket);
  }
}
