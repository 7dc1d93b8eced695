import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { WarmError } from "../../errors.js";
import { formatDurationMs } from "../../report/text/units.js";
import { foreignAnswer, readProblem } from "./read-problem.js";
import type { Target } from "./target.js";

export interface Call {
  /** For messages: `lease an engine`. */
  readonly does: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Undefined: none. */
  readonly deadlineMs: number | undefined;
  readonly cancel?: AbortSignal | undefined;
  /** A status beside 200 to 299 whose body is an answer too. */
  readonly alsoFine?: number;
  /** Told of interim replies. */
  readonly onInterim?: (headers: IncomingHttpHeaders) => void;
}

/**
 * @returns the JSON of the reply; undefined where it has none
 * @throws WarmError what the server said; `no-watcher`; `deadline`; `interrupted` when `cancel` fired
 */
export async function callServer(target: Target, call: Call): Promise<unknown> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await callKept(target, call);
    } catch (error) {
      // So many connect at once that the kernel turns some away: nothing was asked yet.
      if (!isTurnedAway(error) || tries === CONNECT_TRIES) throw error;
      await delay(tries * CONNECT_PAUSE_MS * (0.5 + Math.random()), undefined, { signal: call.cancel }).catch(
        () => undefined,
      );
    }
  }
}

const CONNECT_TRIES = 10;
const CONNECT_PAUSE_MS = 20;
const isTurnedAway = (error: unknown) =>
  error instanceof WarmError && (error.cause as NodeJS.ErrnoException | undefined)?.code === "EAGAIN";

async function callKept(target: Target, call: Call): Promise<unknown> {
  try {
    return await callOnce(target, call);
  } catch (error) {
    // The server may close a kept connection just when it is used again; what may be asked twice is.
    if (error instanceof LostConnection && error.isReused && call.method !== "POST")
      return await callOnce(target, call).catch((second: unknown) => {
        throw second instanceof LostConnection ? second.toWarmError(target, call) : second;
      });
    throw error instanceof LostConnection ? error.toWarmError(target, call) : error;
  }
}

async function callOnce(target: Target, call: Call): Promise<unknown> {
  if (call.cancel?.aborted) throw interrupted(call);
  const deadline = new AbortController();
  const timer = call.deadlineMs && setTimeout(() => deadline.abort(), call.deadlineMs);
  try {
    return readAnswer(await exchange(target, call, deadline.signal), target, call.alsoFine);
  } finally {
    clearTimeout(timer || undefined);
  }
}

/**
 * A reply that is read as it comes: events, or an archive. There is no deadline for its end.
 * @throws WarmError as `callServer`, for what is no such reply
 */
export async function openAnswer(target: Target, call: Call): Promise<IncomingMessage> {
  try {
    const response = await send(target, call, new AbortController().signal);
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode <= 299) return response;
    readAnswer({ status: statusCode, body: await text(response) }, target);
    throw foreignAnswer(target.where, statusCode);
  } catch (error) {
    throw error instanceof LostConnection ? error.toWarmError(target, call) : error;
  }
}

interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

async function exchange(target: Target, call: Call, deadline: AbortSignal): Promise<RawAnswer> {
  const response = await send(target, call, deadline);
  try {
    return { status: response.statusCode ?? 0, body: await text(response) };
  } catch (cause) {
    if (call.cancel?.aborted) throw interrupted(call);
    if (deadline.aborted) throw tooLate(target, call);
    throw new LostConnection(cause, false);
  }
}

/** Resolves with the head of the reply. */
function send(target: Target, call: Call, deadline: AbortSignal): Promise<IncomingMessage> {
  const { method, path, cancel } = call;
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
  return new Promise((settle, fail) => {
    const sent: ClientRequest = target.request({
      ...target.options,
      ...{ method, path: target.basePath + path },
      headers: {
        ...target.headers,
        ...(body === undefined ? {} : { "content-type": "application/json", "content-length": body.length }),
        ...call.headers,
      },
    });
    const onCancel = () => giveUp(interrupted(call));
    const onDeadline = () => giveUp(tooLate(target, call));
    const giveUp = (error: WarmError) => {
      fail(error);
      sent.destroy();
    };
    const lost = (cause: unknown) => fail(new LostConnection(cause, sent.reusedSocket));
    cancel?.addEventListener("abort", onCancel, { once: true });
    deadline.addEventListener("abort", onDeadline, { once: true });
    sent.on("information", ({ headers }) => call.onInterim?.(headers));
    sent.on("error", lost);
    sent.once("socket", ignoreLateErrors);
    sent.once("close", () => cancel?.removeEventListener("abort", onCancel));
    sent.once("response", settle);
    sent.end(body);
  });
}

/**
 * A large body may have been answered before Node hears that it was written. If the server closes just then, the
 * failure comes when no request listens any more, and would end the process.
 */
function ignoreLateErrors(socket: Socket): void {
  if (!socket.listeners("error").includes(ignore)) socket.on("error", ignore);
}

const ignore = () => undefined;

function readAnswer({ status, body }: RawAnswer, { where }: Target, alsoFine?: number): unknown {
  if (status === 204) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw foreignAnswer(where, cause);
  }
  if ((status < 200 || status > 299) && status !== alsoFine) throw readProblem(value, where);
  return value;
}

class LostConnection extends Error {
  override readonly cause: NodeJS.ErrnoException;
  /** Whether it had served a call before. */
  readonly isReused: boolean;

  constructor(cause: unknown, isReused: boolean) {
    super("the connection was lost");
    this.cause = cause as NodeJS.ErrnoException;
    this.isReused = isReused;
  }

  toWarmError({ where, hint }: Target, { does }: Call): WarmError {
    const { cause } = this;
    switch (cause.code) {
      case "ENOENT":
      case "ECONNREFUSED":
      case "ENOTSOCK":
      case "ENOTFOUND":
      case "EHOSTUNREACH":
        return new WarmError("no-watcher", `nothing answers at ${where}: is \`warm watch\` running?`, {
          hint,
          cause,
        });
      case "EACCES":
      case "EPERM":
        return new WarmError("rejected", `may not ${does} at ${where}: ${cause.message}`, {
          hint: "ask as the user who runs `warm watch`",
          cause,
        });
      default:
        return new WarmError("no-watcher", `the watcher at ${where} went away: ${cause.message}`, {
          hint: "see whether `warm watch` still runs, and ask again",
          cause,
        });
    }
  }
}

const interrupted = ({ does }: Call) => new WarmError("interrupted", `was told not to ${does} after all`);

const tooLate = ({ where }: Target, { does, deadlineMs = 0 }: Call) =>
  new WarmError(
    "deadline",
    `the watcher at ${where} did not ${does} within ${formatDurationMs(deadlineMs)}`,
    { hint: "see with `warm status` whether it is well" },
  );
