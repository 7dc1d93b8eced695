import type { EngineState } from "../../model/engine.js";

export const RECYCLE_REASONS = [
  "idle",
  "last-job",
  "dirty",
  "expired",
  "after-reset",
  "quarantine-over",
  "failed",
  "unneeded",
] as const;
/**
 * When an engine was taken out of service. idle: nobody had it (surplus, age, memory, another spec, asked for) · last-job:
 * with the end of a lease (its jobs, its age, another spec, nothing to reset it by) · dirty: its holder said so · expired:
 * with its lease · after-reset: due by then · unneeded: before it was ready
 */
export type RecycleReason = (typeof RECYCLE_REASONS)[number];

const BY_STATE = {
  "starting": "unneeded",
  "ready": "idle",
  "leased": "last-job",
  "resetting": "after-reset",
  "verifying": "after-reset",
  "quarantined": "quarantine-over",
  "error": "failed",
  "draining": "idle",
} as const satisfies Record<EngineState, RecycleReason>;

/**
 * @param from the state that the engine was in
 * @param sentence of its step: how a lease ended is told by how it begins, before the name of any holder
 */
export function recycleReason(from: EngineState, sentence: string): RecycleReason {
  if (from !== "leased") return BY_STATE[from];
  if (sentence.startsWith("released dirty")) return "dirty";
  return sentence.startsWith("the lease of ") ? "expired" : "last-job";
}
