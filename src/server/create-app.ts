import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { type FastifyInstance, fastify } from "fastify";
import type { WatchLog } from "../daemon/log/watch-log.js";
import { DURATION_KEYWORD } from "./duration-keyword.js";
import { addMethodRefusals } from "./method-refusals.js";
import { makeProblem, PROBLEM_TYPE } from "./problem.js";
import { sendError, sendStopping } from "./send-error.js";

export interface AppSettings {
  readonly log: WatchLog;
  /** Fires when no new request is served any more. */
  readonly stopping: AbortSignal;
  /** How long a client may take to send a request. */
  readonly requestTimeoutMs: number;
  /** Adds the routes. */
  readonly addRoutes: (app: FastifyInstance) => void;
}

const BODY_LIMIT = 1024 * 1024;

/** All of the server but its routes and its socket: limits, validation, errors as problems, one debug line a reply. */
export function createApp({ log, stopping, requestTimeoutMs, addRoutes }: AppSettings): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: requestTimeoutMs,
    http: { connectionsCheckingInterval: Math.min(requestTimeoutMs, 15_000) },
    genReqId: () => randomUUID(),
    forceCloseConnections: "idle",
    // Fastify's own refusal is no problem+json.
    return503OnClosing: false,
    ajv: {
      customOptions: {
        ...{ allErrors: true, verbose: true, allowUnionTypes: true },
        // What is sent is meant: nothing is dropped, converted or filled in.
        ...{ removeAdditional: false, coerceTypes: false, useDefaults: false },
        keywords: [DURATION_KEYWORD],
      },
    },
    frameworkErrors: (error, request, reply) => sendError(error, request, reply, log),
    clientErrorHandler: refuseConnection,
  });
  app.removeContentTypeParser("text/plain");
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, log));
  app.setNotFoundHandler((request, reply) => {
    const detail = `there is no ${request.method} ${request.url.split("?")[0]}`;
    return reply
      .code(404)
      .type(PROBLEM_TYPE)
      .send(makeProblem({ code: "not-found", status: 404, detail, traceId: request.id }));
  });
  app.addHook("onRequest", async (request, reply) => {
    if (stopping.aborted) return sendStopping(request, reply);
  });
  app.addHook("onSend", async (_request, reply) => {
    if (stopping.aborted) reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    log.debug("request answered", {
      method: request.method,
      // Never more: what is in a body or a query may be secret.
      path: request.url.split("?")[0],
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      traceId: request.id,
    });
  });
  const refusals = addMethodRefusals(app);
  addRoutes(app);
  refusals.finish();
  return app;
}

/** What is no HTTP, or comes too slowly, is told so and let go. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const isSlow = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
  const isLong = error.code === "HPE_HEADER_OVERFLOW";
  const status = isSlow ? 408 : isLong ? 431 : 400;
  const detail = isSlow
    ? "the request did not come in time"
    : isLong
      ? "the headers are too long"
      : "this is no HTTP request";
  const problem = makeProblem({ code: "usage", status, detail, traceId: randomUUID() });
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${status} ${problem.title}`,
      `Content-Type: ${PROBLEM_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Connection: close",
      "",
      body,
    ].join("\r\n"),
  );
}
