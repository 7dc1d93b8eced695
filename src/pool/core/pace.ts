import type { Engine } from "./engine-roster.js";

/** How much a new length counts against all before it. */
const WEIGHT = 0.2;

/** A moving average of lengths in ms. */
class Average {
  #ms: number | undefined;

  get ms(): number | undefined {
    return this.#ms;
  }

  add(ms: number): void {
    this.#ms = this.#ms === undefined ? ms : this.#ms + (ms - this.#ms) * WEIGHT;
  }
}

/** How long leases, resets and starts of a pool take of late, and so how long a wait may be. */
export class Pace {
  readonly lease = new Average();
  readonly reset = new Average();
  readonly start = new Average();

  /**
   * @param begun how many more engines are wanted than live: they will be begun
   * @returns how long the one in a place (from 1) may have to wait, in ms; undefined while nothing is known
   */
  estimate(
    engines: Iterable<Engine>,
    begun: number,
    isReset: boolean,
    nowMs: number,
  ): (position: number) => number | undefined {
    const turnMs = isReset ? this.reset.ms : this.start.ms;
    const freeMs: number[] = [];
    const add = (...parts: (number | undefined)[]) => {
      if (parts.includes(undefined)) return;
      freeMs.push((parts as number[]).reduce((sum, ms) => sum + ms, 0));
    };
    const left = (averageMs: number | undefined, sinceMs: number) =>
      averageMs === undefined ? undefined : Math.max(0, averageMs - (nowMs - sinceMs));
    for (const { state, sinceMs, returnedMs } of engines) {
      if (state === "leased") add(left(this.lease.ms, sinceMs), turnMs);
      else if (state === "resetting" || state === "verifying")
        add(left(this.reset.ms, returnedMs ?? sinceMs));
      else if (state === "starting") add(left(this.start.ms, sinceMs));
    }
    for (let count = 0; count < begun; count += 1) add(this.start.ms);
    freeMs.sort((a, b) => a - b);
    const roundMs = this.lease.ms === undefined || turnMs === undefined ? undefined : this.lease.ms + turnMs;
    return (position) => {
      const round = Math.floor((position - 1) / Math.max(1, freeMs.length));
      const firstMs = freeMs[(position - 1) % Math.max(1, freeMs.length)];
      if (firstMs === undefined || (round > 0 && roundMs === undefined)) return undefined;
      return Math.ceil(firstMs + round * (roundMs ?? 0));
    };
  }
}
