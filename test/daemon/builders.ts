import type { Clock } from "../../src/apply/apply-context.js";
import { createLedger, type Ledger, type LedgerSettings } from "../../src/daemon/state/ledger.js";
import type { Change, Plan } from "../../src/model/plan.js";

/** A change of a container `x`; a `noop` when nothing is said. */
export function buildChange(parts: Partial<Change> = {}): Change {
  const { address = "container.x" } = parts;
  return {
    address,
    kind: "container",
    name: address.slice(address.indexOf(".") + 1),
    action: "noop",
    reasons: [],
    fields: [],
    dependsOn: [],
    precondition: { exists: false },
    ...parts,
  };
}

export const stopped = (address = "container.x") =>
  buildChange({ address, action: "start", reasons: ["drift-stopped"] });
export const missing = (address = "container.x") =>
  buildChange({ address, action: "create", reasons: ["missing"] });

export function buildPlan(changes: readonly Change[]): Plan {
  return { project: "demo", changes } as unknown as Plan;
}

/** A ledger whose chances are even: each back-off is exactly as long as it is meant to be. */
export function buildLedger(settings: Partial<LedgerSettings> = {}): Ledger {
  return createLedger({
    keyOf: (address) => `key of ${address}`,
    flapping: () => ({ heals: 2, withinMs: 60_000 }),
    random: () => 0.5,
    remembered: undefined,
    ...settings,
  });
}

export interface FakeClock extends Clock {
  /** Lets time pass, and whoever sleeps wake in the right order. */
  pass(ms: number): Promise<void>;
  /** As somebody sets it: what sleeps goes on sleeping for as long as it was told to. */
  setBack(ms: number): void;
}

/** A clock that stands still until it is told otherwise. */
export function fakeClock(startMs = 0): FakeClock {
  let nowMs = startMs;
  const sleepers = new Map<() => void, number>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => nowMs,
    random: () => 0.5,
    sleep: (ms, cancel) =>
      new Promise((resolve) => {
        const wake = () => {
          sleepers.delete(wake);
          resolve();
        };
        sleepers.set(wake, nowMs + ms);
        if (cancel?.aborted) wake();
        cancel?.addEventListener("abort", wake, { once: true });
      }),
    async pass(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        await settle();
        const [next] = [...sleepers].sort(([, a], [, b]) => a - b);
        if (next === undefined || next[1] > endMs) break;
        nowMs = Math.max(nowMs, next[1]);
        next[0]();
      }
      nowMs = endMs;
    },
    setBack(ms) {
      nowMs -= ms;
      for (const [wake, atMs] of sleepers) sleepers.set(wake, atMs - ms);
    },
  };
}
