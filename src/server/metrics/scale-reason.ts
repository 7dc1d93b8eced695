export const SCALE_REASONS = ["demand", "schedule", "breaker"] as const;
/** Why a pool has another size: what is in use and queued for, a window of its schedule, an open breaker. */
export type ScaleReason = (typeof SCALE_REASONS)[number];

/** @param decision of `decideTarget` */
export function scaleReason(decision: string): ScaleReason {
  if (decision.includes("the breaker is open")) return "breaker";
  return decision.includes("by the schedule") ? "schedule" : "demand";
}
