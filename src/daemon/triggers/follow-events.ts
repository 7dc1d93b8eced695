import type { Clock } from "../../apply/apply-context.js";
import type { HostReader } from "../../docker/connection/host-reader.js";
import { streamEvents } from "../../docker/observe/stream-events.js";
import { toWarmError, type WarmError } from "../../errors.js";
import type { HostEvent } from "../../model/host-event.js";

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** A stream that held for so long was a good one: the next break is the first again. */
const GOOD_MS = 30_000;

/** How often to look whether there is a host to follow again. */
const AWAY_MS = 500;

export interface EventFollower {
  /** Each time the subscription stands: what happened before was not told. */
  readonly onOpen: () => void;
  readonly onEvent: (event: HostEvent) => void;
  /** The stream broke and will be tried again in `delayMs`. */
  readonly onBreak: (error: WarmError | undefined, delayMs: number) => void;
}

/** Follows a host's events for as long as it is let, over every break of the stream. */
export async function followEvents(
  reader: () => HostReader | undefined,
  { onOpen, onEvent, onBreak }: EventFollower,
  clock: Clock,
  cancel: AbortSignal,
): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  while (!cancel.aborted) {
    const startedAt = clock.now();
    let failure: WarmError | undefined;
    const current = reader();
    if (current !== undefined) {
      try {
        await followUntilQuiet(current, { onOpen, onEvent }, clock, cancel);
      } catch (error) {
        failure = toWarmError(error);
      }
    }
    if (cancel.aborted) return;
    if (current === undefined) {
      await clock.sleep(AWAY_MS, cancel);
      continue;
    }
    pauseMs = clock.now() - startedAt > GOOD_MS ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    const delayMs = Math.round(pauseMs * (0.75 + clock.random() / 2));
    onBreak(failure, delayMs);
    await clock.sleep(delayMs, cancel);
  }
}

/** A proxy may drop a stream without a word: after so long without an event it is asked for anew. */
const QUIET_MS = 5 * 60_000;

async function followUntilQuiet(
  reader: HostReader,
  { onOpen, onEvent }: Pick<EventFollower, "onOpen" | "onEvent">,
  clock: Clock,
  cancel: AbortSignal,
): Promise<void> {
  const life = new AbortController();
  const end = () => life.abort();
  cancel.addEventListener("abort", end, { once: true });
  let heardAt = clock.now();
  const timer = setInterval(() => {
    if (clock.now() > heardAt + QUIET_MS) end();
  }, QUIET_MS / 5);
  try {
    for await (const event of streamEvents(reader, onOpen, life.signal)) {
      heardAt = clock.now();
      onEvent(event);
    }
  } finally {
    clearInterval(timer);
    cancel.removeEventListener("abort", end);
  }
}
