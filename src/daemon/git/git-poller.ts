import type { Clock } from "../../apply/apply-context.js";

/** Looks again and again, one look at a time. */
export interface GitPoller {
  /** Resolves once a look is over that began from now on. Never rejects. */
  now(): Promise<void>;
  /** Looks on a timer until it is cancelled; never rejects. */
  run(): Promise<void>;
}

export interface PollerSettings {
  readonly pollMs: number;
  /** Never rejects. @returns whether it was answered */
  readonly poll: () => Promise<boolean>;
  readonly clock: Clock;
  readonly cancel: AbortSignal;
}

/** Of what does not answer, at the longest. */
const MOST_INTERVALS = 4;

/** How long until the next look after so many failures in a row. @param random in [0, 1) */
export function nextPollMs(pollMs: number, failures: number, random: number): number {
  const factor = Math.min(MOST_INTERVALS, 2 ** Math.max(0, failures - 1));
  // Never longer than was asked for: many that were started at once drift apart all the same.
  return Math.round(pollMs * factor * (0.9 + random * 0.1));
}

export function createGitPoller({ pollMs, poll, clock, cancel }: PollerSettings): GitPoller {
  let failures = 0;
  let last: Promise<void> = Promise.resolve();
  let waiting: Promise<void> | undefined;

  /** Whoever asks before a look has begun may have that one. */
  function now(): Promise<void> {
    waiting ??= last.then(async () => {
      waiting = undefined;
      if (!cancel.aborted) failures = (await poll()) ? 0 : failures + 1;
    });
    last = waiting;
    return waiting;
  }

  return {
    now,
    async run() {
      while (!cancel.aborted) {
        await clock.sleep(nextPollMs(pollMs, failures, clock.random()), cancel);
        if (!cancel.aborted) await now();
      }
    },
  };
}
