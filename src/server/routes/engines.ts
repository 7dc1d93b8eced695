import type { FastifyInstance } from "fastify";
import { duration, toMs } from "../duration-keyword.js";
import { followCaller, untilGivenUp } from "../follow-caller.js";
import { PROBLEM, refTo } from "../schemas/schemas.js";
import { list, object, text } from "../schemas/shapes.js";
import { stoppingError } from "../send-error.js";
import { exactly, HOLDER, pathParams, type RouteTools } from "./route-tools.js";
import { MAX_WAIT_MS } from "./wait.js";

interface PoolRoute {
  Params: { pool: string };
}

const RECYCLE_BODY = exactly({ slot: { type: "integer", minimum: 1, maximum: 999_999 } });
const CANARY_BODY = exactly(
  { holder: HOLDER, wait: duration("from 0s to 1h", { minMs: 0, maxMs: MAX_WAIT_MS }) },
  ["holder"],
);

/** Pools and what is done to their engines as a whole. */
export function addEngineRoutes(app: FastifyInstance, tools: RouteTools): void {
  const { pools, stopping, givenUp } = tools;

  app.get(
    "/v1/engines",
    {
      config: { scope: "read" },
      schema: {
        operationId: "listPools",
        ...{ summary: "All pools and their engines", tags: ["engines"] },
        response: { 200: object("All pools", { pools: list(refTo("Pool")) }), 503: PROBLEM },
      },
    },
    async () => ({ pools: pools.views() }),
  );

  app.get<PoolRoute>(
    "/v1/engines/:pool",
    {
      config: { scope: "read" },
      schema: {
        operationId: "getPool",
        ...{ summary: "One pool and its engines", tags: ["engines"], params: pathParams("pool") },
        response: { 200: refTo("Pool"), 404: PROBLEM },
      },
    },
    async ({ params }) => pools.view(params.pool),
  );

  app.post<PoolRoute & { Body: { slot?: number } }>(
    "/v1/engines/:pool/recycle",
    {
      config: { scope: "admin" },
      schema: {
        operationId: "recycleEngines",
        ...{ summary: "Replaces one engine, or all that are not leased", tags: ["engines"] },
        ...{ params: pathParams("pool"), body: RECYCLE_BODY },
        response: { 200: object("Addresses", { recycled: list(text()) }), 404: PROBLEM },
      },
      // No body asks for all engines.
      preValidation: async (request) => {
        request.body ??= {};
      },
    },
    async ({ params, body }) => ({
      recycled: await untilGivenUp(pools.recycle(params.pool, body.slot), givenUp),
    }),
  );

  app.post<PoolRoute & { Body: { holder: string; wait?: string } }>(
    "/v1/engines/:pool/canary",
    {
      config: { scope: "lease" },
      schema: {
        operationId: "sendCanary",
        ...{ summary: "Proves that a reset is clean", tags: ["engines"] },
        ...{ params: pathParams("pool"), body: CANARY_BODY },
        response: { 200: refTo("Canary"), 404: PROBLEM, 503: PROBLEM },
      },
    },
    async ({ params, body }, reply) => {
      const caller = followCaller(reply, stopping);
      const { holder, wait } = body;
      try {
        const canary = pools.canary(params.pool, { holder, waitMs: toMs(wait), cancel: caller.cancel });
        return await untilGivenUp(canary, givenUp);
      } catch (error) {
        throw stopping.aborted ? stoppingError() : error;
      } finally {
        caller.close();
      }
    },
  );
}
