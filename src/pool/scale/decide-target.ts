import type { PoolSize } from "../../model/pool.js";

export interface ScaleInputs {
  /** The one that counts now. */
  readonly size: PoolSize;
  readonly isScheduled: boolean;
  /** Engines that are leased or being made ready after a lease. */
  readonly busy: number;
  readonly queued: number;
  /** The most of busy and queued together within the cool-down. */
  readonly recentPeak: number;
  /** While it is open: how many engines can still take jobs, and whether one may be tried. */
  readonly breaker: { readonly live: number; readonly mayProbe: boolean } | undefined;
}

export interface ScaleDecision {
  readonly target: number;
  /** The inputs in a sentence without a full stop: `2 in use + 1 queued + 1 spare, at most 6`. */
  readonly decision: string;
}

/** How many engines a pool has to have: clamp(busy + queued + spare, min, max), up at once, down after the cool-down. */
export function decideTarget({
  size,
  isScheduled,
  busy,
  queued,
  recentPeak,
  breaker,
}: ScaleInputs): ScaleDecision {
  const clamp = (need: number) => Math.min(size.max, Math.max(size.min, need));
  const need = busy + queued + size.spare;
  const now = clamp(need);
  const target = Math.max(now, clamp(recentPeak + size.spare));
  const bounds = need < size.min ? `at least ${size.min}` : `at most ${size.max}`;
  const inputs = `${busy} in use + ${queued} queued + ${size.spare} spare, ${bounds}`;
  const parts = [
    size.min === size.max ? `fixed at ${size.max}` : inputs,
    ...(isScheduled ? ["by the schedule"] : []),
    ...(target > now ? [`${target} until the cool-down is over`] : []),
  ];
  if (breaker === undefined) return { target, decision: parts.join(", ") };
  const most = breaker.live + (breaker.mayProbe ? 1 : 0);
  if (most >= target) return { target, decision: parts.join(", ") };
  const held = `the breaker is open: no more than the ${breaker.live} that live`;
  return {
    target: most,
    decision: [...parts, breaker.mayProbe ? `${held} and one to try` : held].join(", "),
  };
}
