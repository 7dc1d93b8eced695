import type { FastifyReply } from "fastify";
import { stoppingError } from "./send-error.js";

/** Whether somebody still waits for a reply. */
export interface Caller {
  /** Fires when the caller has gone, or the server stops. */
  readonly cancel: AbortSignal;
  /** Its connection was lost before it was answered. */
  hasGone(): boolean;
  /** To be called when it is about to be answered: nothing is cancelled any more. */
  close(): void;
}

export function followCaller(reply: FastifyReply, stopping: AbortSignal): Caller {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const hasGone = () => reply.raw.destroyed && !reply.raw.writableFinished;
  // The response's, not the request's: that one closes as soon as its body has been read.
  reply.raw.once("close", abort);
  stopping.addEventListener("abort", abort, { once: true });
  if (stopping.aborted || hasGone()) abort();
  return {
    cancel: controller.signal,
    hasGone,
    close() {
      reply.raw.off("close", abort);
      stopping.removeEventListener("abort", abort);
    },
  };
}

/** Calls back once if the reply that is sent now does not reach its caller's socket. */
export function onUndelivered(reply: FastifyReply, callback: () => void): void {
  if (reply.raw.destroyed) callback();
  else
    reply.raw.once("close", () => {
      if (!reply.raw.writableFinished) callback();
    });
}

/**
 * What cannot be cancelled is waited for until the server gives up.
 * @throws WarmError `no-watcher` then
 */
export async function untilGivenUp<Value>(work: Promise<Value>, givenUp: AbortSignal): Promise<Value> {
  let stop = () => {};
  const over = new Promise<never>((_settle, fail) => {
    stop = () => fail(stoppingError());
    if (givenUp.aborted) stop();
    else givenUp.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    givenUp.removeEventListener("abort", stop);
  }
}
