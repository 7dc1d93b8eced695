import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { WarmError } from "../../errors.js";

const DEADLINE_MS = 10_000;

/**
 * Posts JSON. Node's own client: the URL may be a secret, which no message of ours repeats.
 * @throws WarmError unless the answer is a 2xx
 */
export function postWebhook(url: string, body: string): Promise<void> {
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
    const call = request(
      url,
      { method: "POST", headers, signal: AbortSignal.timeout(DEADLINE_MS) },
      (answer) => {
        answer.resume();
        answer.on("error", (error) => fail(codeOf(error)));
        answer.on("end", () => (isGood(answer) ? resolve() : fail(`answered ${answer.statusCode}`)));
      },
    );
    call.on("error", (error) => fail(codeOf(error)));
    call.end(body);
  });
}

const isGood = ({ statusCode = 0 }: IncomingMessage) => statusCode >= 200 && statusCode < 300;

function codeOf(error: NodeJS.ErrnoException): string {
  return error.name === "AbortError" || error.name === "TimeoutError"
    ? `did not answer within ${DEADLINE_MS / 1000} s`
    : `cannot be reached (${error.code ?? error.name})`;
}
