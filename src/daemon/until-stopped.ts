/**
 * Waits for work, or no longer than until the signal fires: undefined then. The work goes on. A race with one promise for
 * all rounds would remember every round for as long as the signal lives.
 */
export function untilStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const onStop = () => resolve(undefined);
    if (signal.aborted) onStop();
    signal.addEventListener("abort", onStop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onStop));
  });
}
