import { randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import swagger from "@fastify/swagger";
import { type FastifyInstance, fastify } from "fastify";
import type { WatchLog } from "../daemon/log/watch-log.js";
import type { Access } from "./access/access.js";
import { addGuards } from "./access/add-guards.js";
import { DURATION_KEYWORD } from "./duration-keyword.js";
import { addMethodRefusals } from "./method-refusals.js";
import { makeProblem, PROBLEM_TYPE } from "./problem.js";
import { OPENAPI } from "./schemas/openapi.js";
import { addSchemas } from "./schemas/schemas.js";
import { sendError, sendStopping } from "./send-error.js";

export interface AppSettings {
  readonly log: WatchLog;
  readonly access: Access;
  /** Names under which it may be asked, beside this machine's own. */
  readonly allowedHosts: readonly string[];
  /** Fires when no new request is served any more. */
  readonly stopping: AbortSignal;
  /** How long a client may take to send a request. */
  readonly requestTimeoutMs: number;
  /** Told of every reply. `route` is a pattern, never what was asked for. */
  readonly onAnswered: (route: string, method: string, status: number, seconds: number) => void;
  /** Adds the routes. */
  readonly addRoutes: (app: FastifyInstance) => void;
}

const BODY_LIMIT = 1024 * 1024;
/** What no route is for. */
const NO_ROUTE = "none";

/** All of the server but its routes and its address: who may come in, limits, validation, errors as problems. */
export async function createApp(settings: AppSettings): Promise<FastifyInstance> {
  const { log, stopping, requestTimeoutMs, addRoutes } = settings;
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
  // Schemas of replies say what they are and are held against real ones in the tests; none may drop a member of one.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.removeContentTypeParser("text/plain");
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, log));
  app.setNotFoundHandler((request, reply) => {
    const detail = `there is no ${request.method} ${pathOf(request.url)}`;
    return reply
      .code(404)
      .type(PROBLEM_TYPE)
      .send(makeProblem({ code: "not-found", status: 404, detail, traceId: request.id }));
  });
  await app.register(swagger, { openapi: OPENAPI, refResolver: { buildLocalReference: nameOfSchema } });
  addSchemas(app);
  app.addHook("onRequest", async (request, reply) => {
    if (stopping.aborted) return sendStopping(request, reply);
  });
  addGuards(app, settings);
  app.addHook("onSend", async (_request, reply) => {
    if (stopping.aborted) reply.header("connection", "close");
  });
  app.addHook("onResponse", async (request, reply) => {
    const { method, id: traceId } = request;
    settings.onAnswered(
      request.routeOptions.url ?? NO_ROUTE,
      method,
      reply.statusCode,
      reply.elapsedTime / 1000,
    );
    log.debug("request answered", {
      // Never more: what is in a body or a query may be secret.
      ...{ method, path: pathOf(request.url), status: reply.statusCode },
      ...{ token: request.token?.name, ms: Math.round(reply.elapsedTime), traceId },
    });
  });
  const refusals = addMethodRefusals(app);
  addRoutes(app);
  refusals.finish();
  return app;
}

const pathOf = (url: string) => url.split("?")[0];

/** In the document a schema stands under its own name, and not under a number. */
function nameOfSchema(
  json: { readonly $id?: unknown },
  _base: unknown,
  _fragment: unknown,
  index: number,
): string {
  return typeof json.$id === "string" ? json.$id : `schema-${index}`;
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
