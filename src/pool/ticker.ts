/** The longest time between two ticks. */
const LONGEST_MS = 1_000;
const SHORTEST_MS = 10;

/** Calls at least once a second, and in time for what somebody waits for. */
export interface Ticker {
  /** Something has to be done then. @param atMs monotonic */
  at(atMs: number): void;
  stop(): void;
}

/**
 * @param tick does what is due
 * @param nextMs when something is due next, monotonic; Infinity: never
 */
export function startTicker(tick: () => void, nextMs: () => number, nowMs: () => number): Ticker {
  let timer: NodeJS.Timeout | undefined;
  let dueMs = Number.POSITIVE_INFINITY;
  let isStopped = false;

  function plan(atMs: number): void {
    if (isStopped) return;
    clearTimeout(timer);
    dueMs = atMs;
    timer = setTimeout(run, Math.max(SHORTEST_MS, dueMs - nowMs()));
    timer.unref();
  }

  function run(): void {
    tick();
    plan(Math.min(nextMs(), nowMs() + LONGEST_MS));
  }

  plan(nowMs() + LONGEST_MS);
  return {
    at(atMs) {
      if (atMs < dueMs) plan(atMs);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
