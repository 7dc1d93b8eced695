/** Why no more engines are begun. */
export interface OpenBreaker {
  readonly reason: string;
  /** ISO 8601 */
  readonly since: string;
  readonly sinceMs: number;
}

/** So long after it opened, or after its last probe failed, one engine may be tried. */
const HALF_OPEN_MS = 5 * 60_000;
const MOST_STARTS = 200;

interface Start {
  readonly containerId: string;
  isGood: boolean;
}

/**
 * Stops a pool whose engines cannot be made ready. It keeps the outcomes of starts in order, so that a success that turns
 * out to be the first half of a crash loop can be taken back: the row of failures is then as if it had never been.
 */
export class Breaker {
  readonly #starts: Start[] = [];
  #open: OpenBreaker | undefined;
  #probe: string | undefined;

  get open(): OpenBreaker | undefined {
    return this.#open;
  }

  /** Failed starts in a row. */
  get failures(): number {
    const lastGood = this.#starts.findLastIndex(({ isGood }) => isGood);
    return this.#starts.length - 1 - lastGood;
  }

  /** When one engine may be tried; undefined while none may: it is closed, or one is being tried. */
  get probeAtMs(): number | undefined {
    return this.#open === undefined || this.#probe !== undefined
      ? undefined
      : this.#open.sinceMs + HALF_OPEN_MS;
  }

  mayProbe(nowMs: number): boolean {
    return this.probeAtMs !== undefined && nowMs >= this.probeAtMs;
  }

  begun(containerId: string, nowMs: number): void {
    if (this.mayProbe(nowMs)) this.#probe = containerId;
  }

  /** @returns whether that closed it */
  good(containerId: string): boolean {
    this.#push({ containerId, isGood: true });
    const wasOpen = this.#open !== undefined;
    this.#open = undefined;
    this.#probe = undefined;
    return wasOpen;
  }

  /**
   * A start failed, or an engine that had been ready died at once.
   * @param failures so many in a row open it
   * @returns whether that opened it
   */
  bad(
    containerId: string,
    failures: number,
    why: Pick<OpenBreaker, "reason" | "since">,
    nowMs: number,
  ): boolean {
    const known = this.#starts.findLast((start) => start.containerId === containerId);
    if (known === undefined) this.#push({ containerId, isGood: false });
    else known.isGood = false;
    if (this.#probe === containerId) {
      this.#probe = undefined;
      this.#open = { ...why, sinceMs: nowMs };
      return false;
    }
    if (this.#open !== undefined || this.failures < failures) return false;
    this.#open = { ...why, sinceMs: nowMs };
    return true;
  }

  /** It was taken away before its start had an outcome. */
  left(containerId: string): void {
    if (this.#probe === containerId) this.#probe = undefined;
  }

  /** @returns whether it was open */
  reset(): boolean {
    const wasOpen = this.#open !== undefined;
    this.restore(0, undefined);
    return wasOpen;
  }

  restore(failures: number, open: OpenBreaker | undefined): void {
    const length = Math.min(failures, MOST_STARTS);
    const starts = Array.from({ length }, () => ({ containerId: "", isGood: false }));
    this.#starts.splice(0, this.#starts.length, ...starts);
    this.#open = open;
    this.#probe = undefined;
  }

  #push(start: Start): void {
    this.#starts.push(start);
    if (this.#starts.length > MOST_STARTS) this.#starts.shift();
  }
}
