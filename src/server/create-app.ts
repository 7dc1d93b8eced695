import { randomUUID } from "node:crypto";
import swagger from "@fastify/swagger";
import { type FastifyInstance, fastify } from "fastify";
import type { WatchLog } from "../daemon/log/watch-log.js";
import type { Access } from "./access/access.js";
import { addGuards } from "./access/add-guards.js";
import { DURATION_KEYWORD } from "./duration-keyword.js";
import { followConnections } from "./follow-connections.js";
import { addMethodRefusals } from "./method-refusals.js";
import { makeProblem, PROBLEM_TYPE } from "./problem.js";
import { describeRoute, OPENAPI } from "./schemas/openapi.js";
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
/** Of 200 characters, each encoded. */
const MAX_PARAM_LENGTH = 200 * 9;
/** What no route is for. */
const NO_ROUTE = "none";

/** All of the server but its routes and its address: who may come in, limits, validation, errors as problems. */
export async function createApp(settings: AppSettings): Promise<FastifyInstance> {
  const { log, stopping, requestTimeoutMs, addRoutes } = settings;
  const connections = followConnections();
  const app = fastify({
    bodyLimit: BODY_LIMIT,
    requestTimeout: requestTimeoutMs,
    http: {
      // Without its own, headers might take a minute: Node swaps the two when that is the longer one.
      ...{ requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs },
      connectionsCheckingInterval: Math.min(requestTimeoutMs, 15_000),
      // Node's own refusal is no problem+json: the guards see to it.
      requireHostHeader: false,
    },
    // How long a parameter may be is its schema's to say.
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
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
    clientErrorHandler: connections.refuse,
  });
  app.server.on("request", connections.follow);
  // Whoever expects more than we know is answered all the same (RFC 9110, 10.1.1).
  app.server.on("checkExpectation", (request, response) => app.server.emit("request", request, response));
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
  await app.register(swagger, {
    openapi: OPENAPI,
    transform: describeRoute,
    refResolver: { buildLocalReference: nameOfSchema },
  });
  addSchemas(app);
  // Hooks of every request call back: each promise would cost a turn of the loop.
  app.addHook("onRequest", (request, reply, done) => {
    if (stopping.aborted) sendStopping(request, reply);
    else done();
  });
  addGuards(app, settings);
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (stopping.aborted) reply.header("connection", "close");
    done(null, payload);
  });
  app.addHook("onResponse", (request, reply, done) => {
    const { method, id: traceId } = request;
    settings.onAnswered(
      request.routeOptions.url ?? NO_ROUTE,
      method,
      reply.statusCode,
      reply.elapsedTime / 1000,
    );
    if (!log.isQuiet)
      log.debug("request answered", {
        // Never more: what is in a body or a query may be secret.
        ...{ method, path: pathOf(request.url), status: reply.statusCode },
        ...{ token: request.token?.name, ms: Math.round(reply.elapsedTime), traceId },
      });
    done();
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
