import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Duplex } from "node:stream";
import type { Host } from "../connection/connect.js";
import { withDeadline } from "../connection/deadline.js";
import { mapStatus, mapTransport, messageOf } from "../connection/map-error.js";
import { uninspected } from "../connection/uninspected.js";

/** A call that no dockerode method fits: its answer, or the connection itself. */
export interface RawCall {
  readonly method: "POST" | "PUT";
  /** Below the API's version. */
  readonly path: string;
  readonly body: Buffer;
  readonly contentType: string;
}

const DEADLINE_MS = 30_000;

export const jsonCall = (path: string, body: unknown): RawCall => ({
  method: "POST",
  path,
  body: Buffer.from(JSON.stringify(body)),
  contentType: "application/json",
});

/**
 * @param what what is tried, as the message of an error starts.
 * @returns the answer's JSON; undefined when it has no body.
 * @throws WarmError of the docker edge
 */
export async function callHost(
  host: Host,
  what: string,
  call: RawCall,
  deadlineMs = DEADLINE_MS,
): Promise<unknown> {
  const { url } = host.connection.endpoint;
  try {
    return await withDeadline(what, deadlineMs, async (signal) => {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const request = startRequest(host, call, { signal }, resolve);
        request.on("error", reject);
        request.end(call.body);
      });
      const body = await readText(answer);
      const status = answer.statusCode ?? 0;
      if (status < 200 || status >= 300) throw mapStatus(what, status, messageOf(body));
      return body === "" ? undefined : (JSON.parse(body) as unknown);
    });
  } catch (error) {
    throw mapTransport(what, error, url);
  }
}

/** A connection that is no HTTP any more, and what came on it already. */
export interface Upgraded {
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * Asks the daemon to make the connection itself the command's input and output. The connection belongs to the
 * caller from then on: it is none of the agent's.
 * @throws WarmError of the docker edge
 */
export async function upgradeConnection(host: Host, what: string, call: RawCall): Promise<Upgraded> {
  const { url } = host.connection.endpoint;
  let pending: ClientRequest | undefined;
  try {
    return await withDeadline(
      what,
      DEADLINE_MS,
      () =>
        new Promise<Upgraded>((resolve, reject) => {
          const headers = { Connection: "Upgrade", Upgrade: "tcp" };
          const refuse = (answer: IncomingMessage) =>
            readText(answer).then((body) => reject(mapStatus(what, answer.statusCode ?? 0, messageOf(body))));
          pending = startRequest(host, call, { headers }, (answer) => void refuse(answer).catch(reject));
          pending.on("upgrade", (_answer, socket, head) => {
            tuneSocket(socket);
            resolve({ socket, head });
          });
          pending.on("error", reject);
          pending.end(call.body);
        }),
    );
  } catch (error) {
    pending?.destroy();
    throw mapTransport(what, error, url);
  }
}

/** A socket of ssh's is a stream like any other and knows nothing of TCP. */
function tuneSocket(socket: Duplex): void {
  const tcp = socket as Duplex &
    Partial<{ setNoDelay(on: boolean): void; setKeepAlive(on: boolean, ms: number): void }>;
  tcp.setNoDelay?.(true);
  tcp.setKeepAlive?.(true, 30_000);
}

function startRequest(
  { connection, apiVersion }: Host,
  { method, path, body, contentType }: RawCall,
  { headers, signal }: { headers?: Record<string, string>; signal?: AbortSignal },
  onAnswer: (answer: IncomingMessage) => void,
): ClientRequest {
  const { agent, protocol, target } = connection;
  const options = {
    ...target,
    agent,
    method,
    path: `/v${apiVersion}${path}`,
    headers: { ...headers, "Content-Type": contentType, "Content-Length": body.length, ...uninspected },
    ...(signal && { signal }),
  };
  return protocol === "https:" ? httpsRequest(options, onAnswer) : httpRequest(options, onAnswer);
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
