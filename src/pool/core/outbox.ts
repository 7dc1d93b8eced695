/**
 * Holds back what others are told until a step is whole, so that whoever is told may call back at once. All of it is
 * delivered, in order, before the outermost step returns, even when one of those who are told throws.
 */
export class Outbox {
  readonly #letters: (() => void)[] = [];
  #isBusy = false;

  push(letter: () => void): void {
    this.#letters.push(letter);
  }

  /** @throws what the step throws, else the first that a letter threw */
  run<T>(step: () => T): T {
    if (this.#isBusy) return step();
    this.#isBusy = true;
    try {
      return step();
    } finally {
      this.#deliver();
    }
  }

  #deliver(): void {
    const thrown: unknown[] = [];
    for (let letter = this.#letters.shift(); letter !== undefined; letter = this.#letters.shift()) {
      try {
        letter();
      } catch (error) {
        thrown.push(error);
      }
    }
    this.#isBusy = false;
    if (thrown.length > 0) throw thrown[0];
  }
}
