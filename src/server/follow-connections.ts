import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { makeProblem, PROBLEM_TYPE } from "./problem.js";

/** What connections are at, for when one of them brings what is no request. */
export interface Connections {
  /** To be told of each request. */
  follow(request: IncomingMessage, response: ServerResponse): void;
  /** What is no HTTP, or comes too slowly, is told so and let go. */
  refuse(error: NodeJS.ErrnoException, socket: Socket): void;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export function followConnections(): Connections {
  const exchanges = new WeakMap<Socket, readonly Exchange[]>();
  const openOf = (socket: Socket) => (exchanges.get(socket) ?? []).filter(isOpen);
  return {
    follow(request, response) {
      const { socket } = request;
      exchanges.set(socket, [...openOf(socket), { request, response }]);
    },
    refuse(error, socket) {
      // A second reply would be read as part of the first, or as that to the next request.
      const isAnswered = openOf(socket).some(({ response }) => response.headersSent);
      if (error.code === "ECONNRESET" || !socket.writable || isAnswered) socket.destroy();
      else socket.end(formatRefusal(error));
    },
  };
}

/** A reply may be out before its request is in. */
const isOpen = ({ request, response }: Exchange) => !(response.writableFinished && request.complete);

function formatRefusal({ code }: NodeJS.ErrnoException): string {
  const { status, detail } = REFUSALS[code ?? ""] ?? { status: 400, detail: "this is no HTTP request" };
  const problem = makeProblem({ code: "usage", status, detail, traceId: randomUUID() });
  const body = JSON.stringify(problem);
  return [
    `HTTP/1.1 ${status} ${problem.title}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}

const REFUSALS: Readonly<Record<string, { readonly status: number; readonly detail: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: "the request did not come in time" },
  HPE_HEADER_OVERFLOW: { status: 431, detail: "the headers are too long" },
};
