import { type Agent, type ClientRequest, type IncomingHttpHeaders, request } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { WarmError } from "../../errors.js";
import { formatDurationMs } from "../../report/text/units.js";
import { foreignAnswer, readProblem } from "./read-problem.js";

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
  /** Told of interim replies. */
  readonly onInterim?: (headers: IncomingHttpHeaders) => void;
}

export interface Target {
  readonly agent: Agent;
  readonly socketPath: string;
}

/**
 * @returns the JSON of the reply; undefined where it has none
 * @throws WarmError what the server said; `no-watcher`; `deadline`; `interrupted` when `cancel` fired
 */
export async function callServer(target: Target, call: Call): Promise<unknown> {
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
    return readAnswer(await exchange(target, call, deadline.signal), target);
  } finally {
    clearTimeout(timer || undefined);
  }
}

interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

function exchange(target: Target, call: Call, deadline: AbortSignal): Promise<RawAnswer> {
  const { method, path, cancel } = call;
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
  return new Promise((settle, fail) => {
    const sent: ClientRequest = request({
      ...target,
      ...{ method, path },
      headers: {
        host: "warm",
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
    sent.once("response", (response) => {
      text(response).then((answer) => settle({ status: response.statusCode ?? 0, body: answer }), lost);
    });
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

function readAnswer({ status, body }: RawAnswer, { socketPath }: Target): unknown {
  if (status === 204) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw foreignAnswer(socketPath, cause);
  }
  if (status < 200 || status > 299) throw readProblem(value, socketPath);
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

  toWarmError({ socketPath }: Target, { does }: Call): WarmError {
    const { cause } = this;
    switch (cause.code) {
      case "ENOENT":
      case "ECONNREFUSED":
      case "ENOTSOCK":
        return new WarmError("no-watcher", `nothing answers at ${socketPath}: is \`warm watch\` running?`, {
          hint: "start `warm watch`, or name the directory where it keeps its state with `--state-dir`",
          cause,
        });
      case "EACCES":
      case "EPERM":
        return new WarmError("rejected", `may not ${does} at ${socketPath}: ${cause.message}`, {
          hint: "ask as the user who runs `warm watch`",
          cause,
        });
      default:
        return new WarmError("no-watcher", `the watcher at ${socketPath} went away: ${cause.message}`, {
          hint: "see whether `warm watch` still runs, and ask again",
          cause,
        });
    }
  }
}

const interrupted = ({ does }: Call) => new WarmError("interrupted", `was told not to ${does} after all`);

const tooLate = ({ socketPath }: Target, { does, deadlineMs = 0 }: Call) =>
  new WarmError(
    "deadline",
    `the watcher at ${socketPath} did not ${does} within ${formatDurationMs(deadlineMs)}`,
    { hint: "see with `warm status` whether it is well" },
  );
