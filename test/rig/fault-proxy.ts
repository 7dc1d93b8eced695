import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import {
  Agent,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { tempDirPrefix } from "./bootstrap/temp-dirs.mjs";
import { type Call, createFaultRules, type FaultAction, type FaultRule } from "./fault-rule.js";

export type FaultProxy = {
  socketPath: string;
  /** Every call so far, in the order of arrival. Forget them by `calls.length = 0`. */
  calls: Call[];
  fault(rule: FaultRule): void;
  /** Forgets all rules. */
  clear(): void;
  stop(): Promise<void>;
};

type BodyFault = Extract<FaultAction, { kind: "cut" | "truncate" | "stall" }>;

/**
 * Stands between a client and Docker on a socket of its own, records the calls and breaks the chosen ones. Bodies pass
 * in both directions as they come; a hijacked connection (exec, attach) is passed on byte by byte.
 */
export async function startFaultProxy(upstreamSocketPath: string): Promise<FaultProxy> {
  const dir = mkdtempSync(tempDirPrefix("proxy"));
  const socketPath = join(dir, "docker.sock");
  const agent = new Agent({ keepAlive: true });
  const rules = createFaultRules();
  const calls: Call[] = [];
  const sockets = new Set<Duplex>();

  const receive = (incoming: IncomingMessage) => {
    const call = describeCall(incoming);
    calls.push(call);
    return rules.actionFor(call);
  };
  const server = createServer(async (incoming, outgoing) => {
    const action = receive(incoming);
    if (action?.kind === "refuse") return incoming.socket.destroy();
    if (action?.kind === "answer") return sendAnswer(outgoing, action);
    await waitAsTold(action);
    if (outgoing.destroyed) return; // the client gave up meanwhile
    forward(incoming, outgoing, { socketPath: upstreamSocketPath, agent }, toBodyFault(action));
  });
  server.on("upgrade", async (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    const action = receive(incoming);
    client.on("error", () => client.destroy());
    if (action?.kind === "delay" || action?.kind === "hold") await waitAsTold(action);
    else if (action) return client.destroy();
    joinConnections(incoming, client, head, upstreamSocketPath);
  });
  // Docker keeps an idle connection; Node's 5 s would cut one that a client on a busy machine is about to use again.
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(socketPath);
  await once(server, "listening");

  return {
    socketPath,
    calls,
    fault: rules.add,
    clear: rules.clear,
    async stop() {
      for (const socket of sockets) socket.destroy();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function waitAsTold(action: FaultAction | undefined): Promise<void> {
  if (action?.kind === "delay") await sleep(action.ms);
  if (action?.kind === "hold") await action.until;
}

function describeCall({ method = "", url = "" }: IncomingMessage): Call {
  const { pathname, search } = new URL(url, "http://docker");
  return { method, path: pathname, query: search.slice(1), startedAt: Date.now() };
}

function sendAnswer(outgoing: ServerResponse, action: Extract<FaultAction, { kind: "answer" }>): void {
  const { body = "" } = action;
  const isText = typeof body === "string";
  const type = { "content-type": isText ? "text/plain" : "application/json" };
  outgoing.writeHead(action.status, { ...type, ...action.headers }).end(isText ? body : JSON.stringify(body));
}

function toBodyFault(action: FaultAction | undefined): BodyFault | undefined {
  return action?.kind === "cut" || action?.kind === "truncate" || action?.kind === "stall"
    ? action
    : undefined;
}

function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  upstream: { socketPath: string; agent: Agent },
  fault: BodyFault | undefined,
): void {
  const breakConnection = () => incoming.socket.destroy();
  const { method, url: path } = incoming;
  const forwarded = request({ ...upstream, method, path, headers: withoutHopHeaders(incoming.headers) });
  forwarded.on("response", (answer) => {
    answer.on("error", breakConnection);
    const headers = withoutHopHeaders(answer.headers);
    // The announced length would turn an early end into a broken one.
    if (fault?.kind === "truncate") delete headers["content-length"];
    outgoing.sendDate = false;
    outgoing.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
    outgoing.flushHeaders();
    if (fault) relayUntilFault(answer, outgoing, fault, breakConnection);
    else answer.pipe(outgoing);
  });
  forwarded.on("error", breakConnection);
  outgoing.on("close", () => forwarded.destroy());
  // Without this, Node would announce a chunked body where there is none, which Docker refuses for some calls.
  const hasBody = "content-length" in incoming.headers || "transfer-encoding" in incoming.headers;
  if (hasBody) incoming.pipe(forwarded);
  else forwarded.end();
}

function withoutHopHeaders(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const { connection: _, "keep-alive": __, ...rest } = headers;
  return rest;
}

/** Passes so many bytes on. A shorter body meets its fault at its end. */
function relayUntilFault(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  fault: BodyFault,
  breakConnection: () => void,
): void {
  let left = fault.afterBytes ?? 0;
  const onLimit = () => {
    answer.removeAllListeners("data").pause();
    // An empty write is flushed after all before it.
    if (fault.kind === "cut") outgoing.socket?.write("", breakConnection);
    if (fault.kind === "truncate") outgoing.end();
  };
  if (left === 0) {
    onLimit();
    return;
  }
  answer.on("end", onLimit);
  answer.on("data", (chunk: Buffer) => {
    outgoing.write(chunk.subarray(0, left));
    left -= Math.min(left, chunk.length);
    if (left === 0) onLimit();
  });
}

/** From here on there is no HTTP: the request's head as it came, then whatever either side sends. */
function joinConnections(incoming: IncomingMessage, client: Duplex, head: Buffer, socketPath: string): void {
  const upstream = connect({ path: socketPath, allowHalfOpen: true });
  const pairs = incoming.rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`));
  upstream.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${pairs.join("")}\r\n`);
  upstream.write(head);
  upstream.pipe(client).pipe(upstream);
  upstream.on("error", () => client.destroy());
  upstream.on("close", () => client.destroy());
  client.on("close", () => upstream.destroy());
}
