import { toWarmError, type WarmError } from "../errors.js";
import type { Journal } from "./journal/journal.js";
import type { JournalRecord } from "./journal/journal-record.js";

/** A journal smaller than this is left to grow. */
const SMALL_BYTES = 4 * 1024 * 1024;
/** And one that was written anew, until it has grown to so many times its size. */
const GROWTH = 2;

/** Keeps a journal from growing for ever: writes it anew with what counts still, now and then. */
export interface Compaction {
  /** Begins one when it is worth it; nobody waits for it. */
  maybe(): void;
}

export function createCompaction(
  journal: Journal,
  snapshot: () => JournalRecord[],
  onError: (error: WarmError) => void,
): Compaction {
  let nextBytes = Math.max(SMALL_BYTES, journal.bytes * GROWTH);
  let isRunning = false;
  return {
    maybe() {
      if (isRunning || journal.bytes < nextBytes) return;
      isRunning = true;
      journal
        .compact(snapshot())
        .catch((error: unknown) => onError(toWarmError(error)))
        .finally(() => {
          nextBytes = Math.max(SMALL_BYTES, journal.bytes * GROWTH);
          isRunning = false;
        });
    },
  };
}
