import type { PoolPolicy } from "../../model/pool.js";

/** How fast engines may be begun. */
export interface RefillRules {
  /** So many at once after a quiet while: the size's max. */
  readonly burst: number;
  /** Undefined: no limit. */
  readonly perMinute: number | undefined;
}

const MINUTE_MS = 60_000;

/**
 * A token bucket over the engines that a pool begins: a burst may fill the whole pool, and a pool that loses its engines
 * again and again is refilled at the declared rate.
 */
export class Refill {
  readonly #rules: () => RefillRules;
  #taken = 0;
  #countedMs = 0;

  /** @param rules follow the file */
  constructor(rules: () => RefillRules) {
    this.#rules = rules;
  }

  /** @returns whether one more engine may be begun now; then it counts */
  take(nowMs: number): boolean {
    if (this.nextMs(nowMs) > 0) return false;
    this.spend(nowMs);
    return true;
  }

  /** One was begun, whoever allowed it. Without a limit nothing is counted: a limit that comes later begins afresh. */
  spend(nowMs: number): void {
    this.#fill(nowMs);
    if (this.#rules().perMinute !== undefined) this.#taken += 1;
  }

  /**
   * @param promised that many are about to be begun
   * @returns how long until one more may be, in ms; 0: now
   */
  nextMs(nowMs: number, promised = 0): number {
    this.#fill(nowMs);
    const { burst, perMinute } = this.#rules();
    if (perMinute === undefined) return 0;
    const missing = this.#taken + promised + 1 - Math.max(1, burst);
    // What rounding leaves of a token is nobody's to wait for.
    return missing <= 1e-9 ? 0 : Math.ceil((missing * MINUTE_MS) / perMinute);
  }

  #fill(nowMs: number): void {
    const { perMinute } = this.#rules();
    const passedMs = Math.max(0, nowMs - this.#countedMs);
    this.#countedMs = Math.max(nowMs, this.#countedMs);
    this.#taken = perMinute === undefined ? 0 : Math.max(0, this.#taken - (passedMs * perMinute) / MINUTE_MS);
  }
}

interface PoolRefill {
  rules: RefillRules;
  /** Let through by this pass, and not begun yet. */
  promised: number;
  readonly refill: Refill;
}

/** The refills of all pools, as passes ask for them: what a pass lets through counts before it is begun. */
export interface Refills {
  /** A new pass: what an earlier one let through has been begun, or asks again. */
  beginPass(): void;
  /** @returns whether this pass may let one more through; then it counts */
  mayTake(pool: string, policy: PoolPolicy | undefined): boolean;
  /** One was begun. */
  take(pool: string): void;
}

/** @param nowMs monotonic */
export function createRefills(nowMs: () => number): Refills {
  const pools = new Map<string, PoolRefill>();

  function open(pool: string): PoolRefill {
    const known = pools.get(pool);
    if (known !== undefined) return known;
    const refill = new Refill(() => made.rules);
    const made: PoolRefill = { rules: { burst: 1, perMinute: undefined }, promised: 0, refill };
    pools.set(pool, made);
    return made;
  }

  return {
    beginPass() {
      for (const pool of pools.values()) pool.promised = 0;
    },
    mayTake(id, policy) {
      const pool = open(id);
      const sizes = [policy?.size, ...(policy?.schedule.map(({ size }) => size) ?? [])];
      const burst = Math.max(1, ...sizes.map((size) => size?.max ?? 1));
      pool.rules = { burst, perMinute: policy?.scale.refillPerMinute };
      if (pool.refill.nextMs(nowMs(), pool.promised) > 0) return false;
      pool.promised += 1;
      return true;
    },
    take(id) {
      const pool = open(id);
      pool.promised = Math.max(0, pool.promised - 1);
      pool.refill.spend(nowMs());
    },
  };
}
