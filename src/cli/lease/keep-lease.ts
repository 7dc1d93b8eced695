import { toWarmError, type WarmError } from "../../errors.js";
import type { LeaseView } from "../../model/engine.js";
import type { GrantedLease } from "../../pool/pools.js";
import type { WarmClient } from "../../server/client/warm-client.js";

interface KeepSettings {
  readonly ttlMs: number | undefined;
  /** The lease is over, for whatever reason: the engine must not be used any more. Told once. */
  readonly onLost: (error: WarmError) => void;
  /** It could not be renewed just now; told once until it can again. */
  readonly onTrouble: (error: WarmError) => void;
}

/** After a failed renewal. */
const TRY_AGAIN_MS = 1_000;
const LEAST_MS = 300;

/**
 * Renews a lease each time that a third of it has passed. Only the watcher's own word ends it: while it is away nobody
 * else can be given the engine, and when it is back a lease runs for a whole ttl again.
 * @returns stops renewing
 */
export function keepLease(
  client: Pick<WarmClient, "renew">,
  granted: GrantedLease,
  { ttlMs, onLost, onTrouble }: KeepSettings,
): () => void {
  let isOver = false;
  let isTroubled = false;
  let timer: NodeJS.Timeout;

  const renew = async () => {
    try {
      const lease = await client.renew(granted.id, granted.fence, ttlMs);
      isTroubled = false;
      if (!isOver) timer = setTimeout(renew, untilRenewal(lease));
    } catch (thrown) {
      if (isOver) return;
      const error = toWarmError(thrown);
      if (error.code === "lease-ended" || error.code === "stale-fence" || error.code === "not-found") {
        isOver = true;
        onLost(error);
        return;
      }
      if (!isTroubled) onTrouble(error);
      isTroubled = true;
      timer = setTimeout(renew, TRY_AGAIN_MS);
    }
  };
  timer = setTimeout(renew, untilRenewal(granted));
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** Watcher and client are on one machine: their clocks are one. */
function untilRenewal({ expiresAt }: LeaseView): number {
  return Math.max(LEAST_MS, (Date.parse(expiresAt) - Date.now()) / 3);
}
