import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { WarmError } from "../../errors.js";

const DEADLINE_MS = 10_000;
const TOO_LATE = `did not answer within ${DEADLINE_MS / 1000} s`;

/**
 * Posts JSON. Node's own client: the URL may be a secret, which no message of ours repeats.
 * @throws WarmError unless the answer is a 2xx
 */
export function postWebhook(url: string, body: string, cancel: AbortSignal): Promise<void> {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    return Promise.reject(new WarmError("rejected", "the webhook is no http or https URL"));
  const request = url.startsWith("https:") ? httpsRequest : httpRequest;
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    "user-agent": "warm",
  };
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new WarmError("rejected", `the webhook ${why}`));
    const call = request(url, { method: "POST", headers, signal: cancel }, (answer) => {
      answer.resume();
      answer.on("error", (error) => fail(codeOf(error)));
      answer.on("end", () => (isGood(answer) ? resolve() : fail(`answered ${answer.statusCode}`)));
    });
    const tooLate = setTimeout(() => call.destroy(new Error("too late")), DEADLINE_MS);
    call.on("error", (error) =>
      fail(call.destroyed && error.message === "too late" ? TOO_LATE : codeOf(error)),
    );
    call.on("close", () => clearTimeout(tooLate));
    call.end(body);
  });
}

const isGood = ({ statusCode = 0 }: IncomingMessage) => statusCode >= 200 && statusCode < 300;

function codeOf(error: NodeJS.ErrnoException): string {
  return error.name === "AbortError" ? "was given up" : `cannot be reached (${error.code ?? error.name})`;
}
