import { WarmError } from "../../errors.js";

/**
 * Runs one call under a deadline. The signal stops the request; the race settles even where a client would wait
 * for ever on a daemon that died in the middle of an answer.
 * @throws WarmError `deadline` after `deadlineMs`, or `interrupted` when the caller's own signal fires.
 */
export async function withDeadline<T>(
  what: string,
  deadlineMs: number,
  call: (signal: AbortSignal) => Promise<T>,
  cancel?: AbortSignal,
): Promise<T> {
  const own = new AbortController();
  const settled = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    const stop = (error: WarmError) => {
      reject(error);
      own.abort(error);
    };
    timer = setTimeout(() => stop(tooLate(what, deadlineMs)), deadlineMs);
    const interrupt = () => stop(new WarmError("interrupted", `${what}: interrupted`));
    if (cancel?.aborted) interrupt();
    cancel?.addEventListener("abort", interrupt, { once: true, signal: settled.signal });
  });
  try {
    return await Promise.race([call(own.signal), stopped]);
  } finally {
    clearTimeout(timer);
    settled.abort();
  }
}

function tooLate(what: string, deadlineMs: number): WarmError {
  return new WarmError("deadline", `${what}: no answer within ${deadlineMs / 1000} s`, {
    hint: "the Docker daemon is stuck or overloaded; look at its log",
  });
}
