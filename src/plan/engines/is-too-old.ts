import { sha256 } from "../../model/canonical.js";
import type { ObservedContainer } from "../../model/observed.js";

/** So that engines that were made together do not go together. */
const JITTER = 0.1;

/**
 * Whether an engine has outlived its ttl, by the daemon's clock. Up to a tenth of the ttl is taken off, how much
 * is the container's own.
 * @param observedAt ISO 8601
 */
export function isTooOld(
  container: ObservedContainer,
  ttlMs: number | undefined,
  observedAt: string,
): boolean {
  const endMs = endOfLifeMs(container, ttlMs);
  return endMs !== undefined && Date.parse(observedAt) >= endMs;
}

/** Milliseconds since the epoch; undefined when it may live for ever, or nobody knows when it was made. */
export function endOfLifeMs(
  { id, createdAtMs }: ObservedContainer,
  ttlMs: number | undefined,
): number | undefined {
  if (ttlMs === undefined || createdAtMs <= 0) return undefined;
  const share = Number.parseInt(sha256(id).slice(0, 8), 16) / 2 ** 32;
  return createdAtMs + Math.round(ttlMs * (1 - JITTER * share));
}
