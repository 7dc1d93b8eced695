import type { Lease } from "./lease.js";

/** A lease that is held. */
export interface Held {
  lease: Lease;
  /** Who were given it and have neither taken it (`told`) nor given it back. */
  askers: number;
  isLeakTold: boolean;
}

/** A lease that is over. */
export interface Ended {
  readonly leaseId: string;
  readonly key: string | undefined;
  readonly why: string;
  /** ISO 8601 */
  readonly at: string;
  readonly endedMs: number;
}

/** How long the key of a lease that is over is refused: a late retry must not run its job twice. */
const RETENTION_MS = 10 * 60_000;
/** A bound on memory, far beyond what one host can lease in that time with keys. */
const MOST_KEYED = 50_000;
/** Of those without a key only the last are remembered, to tell a second release from a wrong one. */
const MOST_KEYLESS = 2_000;

/** The leases of one pool, those held and for a while those that are over. */
export class LeaseBook {
  readonly #held = new Map<string, Held>();
  readonly #byKey = new Map<string, Held>();
  readonly #byContainer = new Map<string, Held>();
  /** In the order in which they ended, as maps keep it. */
  readonly #ended = { keyed: new Map<string, Ended>(), keyless: new Map<string, Ended>() };
  readonly #endedByKey = new Map<string, Ended>();

  add(lease: Lease, askers: number): void {
    const held: Held = { lease, askers, isLeakTold: false };
    this.#held.set(lease.id, held);
    this.#byContainer.set(lease.containerId, held);
    if (lease.key !== undefined) this.#byKey.set(lease.key, held);
  }

  get(leaseId: string): Held | undefined {
    return this.#held.get(leaseId);
  }

  ofKey(key: string): Held | undefined {
    return this.#byKey.get(key);
  }

  ofEngine(containerId: string): Held | undefined {
    return this.#byContainer.get(containerId);
  }

  all(): IterableIterator<Held> {
    return this.#held.values();
  }

  drop({ lease }: Held): void {
    this.#held.delete(lease.id);
    this.#byContainer.delete(lease.containerId);
    if (lease.key !== undefined) this.#byKey.delete(lease.key);
  }

  remember(ended: Ended): void {
    const { leaseId, key } = ended;
    const past = key === undefined ? this.#ended.keyless : this.#ended.keyed;
    past.set(leaseId, ended);
    if (key !== undefined) this.#endedByKey.set(key, ended);
    if (past.size > (key === undefined ? MOST_KEYLESS : MOST_KEYED)) this.#forgetFirst(past);
  }

  ended(leaseId: string): Ended | undefined {
    return this.#ended.keyed.get(leaseId) ?? this.#ended.keyless.get(leaseId);
  }

  endedOfKey(key: string, nowMs: number): Ended | undefined {
    this.forgetOld(nowMs);
    return this.#endedByKey.get(key);
  }

  allEnded(): Ended[] {
    return [...this.#ended.keyless.values(), ...this.#ended.keyed.values()];
  }

  forgetOld(nowMs: number): void {
    for (const past of [this.#ended.keyed, this.#ended.keyless])
      for (const { endedMs } of past.values()) {
        if (nowMs < endedMs + RETENTION_MS) break;
        this.#forgetFirst(past);
      }
  }

  #forgetFirst(past: Map<string, Ended>): void {
    const [first] = past.values();
    if (first === undefined) return;
    past.delete(first.leaseId);
    if (first.key !== undefined && this.#endedByKey.get(first.key) === first)
      this.#endedByKey.delete(first.key);
  }
}
