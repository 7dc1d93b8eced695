import type { Clock } from "../../apply/apply-context.js";

export interface PassBudget {
  /** How long the next pass has to wait, in ms. */
  waitMs(): number;
  /** A pass took so long. */
  spend(ms: number): void;
}

/**
 * A token bucket of time: after a quiet while passes are made at once, and a storm of events may keep us busy for no more
 * than a known share of the time.
 * @param burstMs what may be spent without waiting
 * @param share of all time that is given back, 0.2 for a fifth
 */
export function createPassBudget(
  clock: Clock,
  { burstMs, share }: { readonly burstMs: number; readonly share: number },
): PassBudget {
  let leftMs = burstMs;
  let filledAt = clock.now();

  function refill(): void {
    const now = clock.now();
    leftMs = Math.min(burstMs, leftMs + Math.max(0, now - filledAt) * share);
    filledAt = now;
  }

  return {
    waitMs() {
      refill();
      return leftMs > 0 ? 0 : Math.ceil(-leftMs / share);
    },
    spend(ms) {
      refill();
      // A debt is paid within a few bursts, however long one pass took.
      leftMs = Math.max(-burstMs, leftMs - ms);
    },
  };
}
