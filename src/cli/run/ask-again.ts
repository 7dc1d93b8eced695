import { setTimeout as delay } from "node:timers/promises";
import { toWarmError, type WarmError } from "../../errors.js";

export interface AskAgainSettings {
  /** How long from the first failure on. */
  readonly forMs: number;
  readonly cancel: AbortSignal;
  /** Told of the first failure. */
  readonly onTrouble: (error: WarmError) => void;
}

const TRY_AGAIN_MS = 200;

/**
 * Asks a watcher that may be restarting: while nobody answers it is asked again.
 * @param ask told whether it was asked in vain before
 * @throws WarmError what it said; that nobody answered in time; `interrupted` when `cancel` fired
 */
export async function askAgain<Answer>(
  ask: (isAgain: boolean) => Promise<Answer>,
  { forMs, cancel, onTrouble }: AskAgainSettings,
): Promise<Answer> {
  let giveUpAt: number | undefined;
  for (;;) {
    try {
      return await ask(giveUpAt !== undefined);
    } catch (thrown) {
      const error = toWarmError(thrown);
      if (!isAway(error) || cancel.aborted) throw error;
      if (giveUpAt !== undefined && performance.now() >= giveUpAt) throw error;
      if (giveUpAt === undefined) onTrouble(error);
      giveUpAt ??= performance.now() + forMs;
    }
    await delay(TRY_AGAIN_MS, undefined, { signal: cancel }).catch(() => undefined);
  }
}

/** Nobody answers, or not in time. */
export const isAway = ({ code }: WarmError): boolean => code === "no-watcher" || code === "deadline";
