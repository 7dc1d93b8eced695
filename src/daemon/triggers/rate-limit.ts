import type { Clock } from "../../apply/apply-context.js";

/**
 * A token bucket: a burst of passes at once, then a steady trickle, so that a storm of events costs a known share
 * of a processor.
 * @returns how long the next one has to wait, in ms; it is counted as taken
 */
export function createRateLimit(clock: Clock, { burst, perSecond }: { burst: number; perSecond: number }) {
  let tokens = burst;
  let filledAt = clock.now();
  return (): number => {
    const now = clock.now();
    tokens = Math.min(burst, tokens + (Math.max(0, now - filledAt) / 1000) * perSecond);
    filledAt = now;
    tokens -= 1;
    return tokens >= 0 ? 0 : (-tokens / perSecond) * 1000;
  };
}
