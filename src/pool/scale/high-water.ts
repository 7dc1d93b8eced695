interface Level {
  readonly need: number;
  /** When the need was last so high. */
  lastMs: number;
}

/** Remembers how high a need was over a time that has just passed, in as many entries as there were levels. */
export class HighWater {
  /** Falling in need, rising in time; the last one is how it is now. */
  readonly #levels: Level[] = [];

  /** The need is `need` from now on; until now it was what was said last. */
  observe(need: number, nowMs: number): void {
    const current = this.#levels.at(-1);
    if (current !== undefined) current.lastMs = nowMs;
    while ((this.#levels.at(-1)?.need ?? Number.POSITIVE_INFINITY) <= need) this.#levels.pop();
    this.#levels.push({ need, lastMs: nowMs });
  }

  /** The highest need within the last `withinMs`; what it is now if nothing was higher. */
  peak(nowMs: number, withinMs: number): number {
    while (this.#levels.length > 1 && (this.#levels[0] as Level).lastMs + withinMs <= nowMs)
      this.#levels.shift();
    return this.#levels[0]?.need ?? 0;
  }

  /** When the peak falls if nothing happens, monotonic ms. */
  nextFallMs(withinMs: number): number {
    const [first] = this.#levels;
    return first === undefined || this.#levels.length === 1
      ? Number.POSITIVE_INFINITY
      : first.lastMs + withinMs;
  }
}
