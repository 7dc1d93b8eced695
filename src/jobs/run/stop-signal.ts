import { WarmError } from "../../errors.js";

/** Fires with the WarmError that ends a try: given up, out of time, without its engine, or over. */
export interface StopSignal {
  readonly signal: AbortSignal;
  stop(error: WarmError): void;
  leftMs(): number;
  /** @throws the WarmError that ended the try, as soon as it fires */
  race<T>(work: Promise<T>): Promise<T>;
  /** It is over: whatever still follows it ends. */
  close(): void;
}

/** @param cancel its reason is a WarmError */
export function createStopSignal(timeoutMs: number, cancel: AbortSignal, nowMs: () => number): StopSignal {
  const controller = new AbortController();
  const deadlineMs = nowMs() + timeoutMs;
  const stop = (error: WarmError) => {
    if (!controller.signal.aborted) controller.abort(error);
  };
  const onCancel = () => stop(cancel.reason as WarmError);
  const timer = setTimeout(() => stop(tooLate(timeoutMs)), timeoutMs);
  cancel.addEventListener("abort", onCancel, { once: true });
  if (cancel.aborted) onCancel();
  const stopped = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(controller.signal.reason as WarmError);
    controller.signal.addEventListener("abort", fail, { once: true });
    if (controller.signal.aborted) fail();
  });
  stopped.catch(() => undefined);
  return {
    signal: controller.signal,
    stop,
    leftMs: () => Math.max(1, deadlineMs - nowMs()),
    race(work) {
      work.catch(() => undefined);
      return Promise.race([work, stopped]);
    },
    close() {
      clearTimeout(timer);
      cancel.removeEventListener("abort", onCancel);
      stop(new WarmError("interrupted", "the try is over"));
    },
  };
}

const tooLate = (timeoutMs: number) =>
  new WarmError("deadline", `the job was not done within ${timeoutMs / 1000} s`, {
    hint: "raise the job's `timeout`, or look at what the engine said",
  });
