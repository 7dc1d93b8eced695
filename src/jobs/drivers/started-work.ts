import { toWarmError, WarmError } from "../../errors.js";
import type { DriverSite, StartedWork } from "./driver.js";

/**
 * What a driver gives back.
 * @param closers run one after the other, whatever becomes of each; once, however often it is closed
 */
export function startedWork(
  containerId: string,
  ended: Promise<void>,
  ...closers: readonly (() => void | Promise<void>)[]
): StartedWork {
  // Whoever waits for the engine's word alone does not listen to it.
  ended.catch(() => undefined);
  let closing: Promise<void> | undefined;
  async function closeAll(): Promise<void> {
    for (const close of closers) await (async () => close())().catch(() => undefined);
  }
  return {
    containerId,
    ended,
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

/**
 * Waits for a step of the driver's within the try.
 * @param why what to say when its time is over
 * @throws WarmError `engine-failed` over its time, `interrupted` when the try is given up
 */
export async function withinTry<T>(
  { cancel, leftMs }: DriverSite,
  why: string,
  work: Promise<T>,
  mostMs = Number.POSITIVE_INFINITY,
): Promise<T> {
  const settled = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new WarmError("engine-failed", why)), Math.min(leftMs(), mostMs));
    const interrupt = () => reject(givenUp());
    if (cancel.aborted) interrupt();
    cancel.addEventListener("abort", interrupt, { once: true, signal: settled.signal });
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, stopped]);
  } finally {
    clearTimeout(timer);
    settled.abort();
  }
}

export const givenUp = () => new WarmError("interrupted", "the job's try was given up");

/** What says that the engine is not there as it was. */
const ENGINE_CODES: ReadonlySet<string> = new Set([
  "in-use",
  "not-found",
  "lease-ended",
  "stale-fence",
  "deadline",
]);

/** Another engine may do where this one was at fault; all else stays what it is. */
export function asEngineFailure(thrown: unknown): WarmError {
  const error = toWarmError(thrown);
  if (!ENGINE_CODES.has(error.code)) return error;
  return new WarmError("engine-failed", error.message, { hint: error.hint, logs: error.logs, cause: error });
}
