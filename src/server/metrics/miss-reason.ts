export const MISS_REASONS = ["breaker", "none", "starting", "resetting", "busy", "stale"] as const;
/**
 * Why no engine stood ready. breaker: no more are started · none: there is no engine · starting, resetting: one is on its
 * way · busy: all are in use · stale: what is ready may not be handed out.
 */
export type MissReason = (typeof MISS_REASONS)[number];

/** @param sentence of `explainMiss`: its numbers are no label, and behind its semicolon it may say anything */
export function missReason(sentence: string): MissReason {
  if (sentence.includes("; no more are started")) return "breaker";
  if (sentence.startsWith("there is no engine")) return "none";
  if (sentence.includes(" starting")) return "starting";
  if (sentence.includes(" being reset")) return "resetting";
  return sentence.includes(" in use") ? "busy" : "stale";
}
