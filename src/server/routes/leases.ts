import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { WarmError } from "../../errors.js";
import type { GrantedLease, QueuePlace, ReleaseOutcome } from "../../pool/pools.js";
import { duration, toMs } from "../duration-keyword.js";
import { followCaller, onUndelivered, untilGivenUp } from "../follow-caller.js";
import { PROBLEM, refTo } from "../schemas/schemas.js";
import { list, object } from "../schemas/shapes.js";
import { stoppingError } from "../send-error.js";
import { addPlace, retryAfter, sendPlace } from "./queue-hints.js";
import { BINDING_SCHEMA, type BindingBody, readBinding } from "./read-binding.js";
import { exactly, FENCE, HOLDER, pathParams, type RouteTools } from "./route-tools.js";
import { MAX_WAIT_MS, PREFER_HEADER, readPreferences } from "./wait.js";

/** Files of a binding as base64, and what stands around them. */
const LEASE_BODY_LIMIT = 8 * 1024 * 1024;
const DAY_MS = 24 * 60 * 60_000;

const TTL = duration("from 1s to 24h", { minMs: 1_000, maxMs: DAY_MS });

const LEASE_BODY = exactly(
  {
    key: { type: "string", minLength: 1, maxLength: 200 },
    holder: HOLDER,
    ttl: TTL,
    wait: duration("from 0s to 1h", { minMs: 0, maxMs: MAX_WAIT_MS }),
    priority: { type: "integer", minimum: -1000, maximum: 1000 },
    bind: BINDING_SCHEMA,
  },
  ["holder"],
);
const RENEW_BODY = exactly({ fence: FENCE, ttl: TTL }, ["fence"]);
const RELEASE_QUERY = exactly({
  // Of a query, where all is text.
  fence: { type: "string", pattern: "^[0-9]{1,15}$", description: "a whole number" },
  outcome: { type: "string", enum: ["clean", "dirty"] },
});
const EXEC_BODY = exactly(
  {
    fence: FENCE,
    command: {
      type: "array",
      minItems: 1,
      maxItems: 1000,
      items: { type: "string", pattern: "^[^\\u0000]*$", description: "a text without NUL" },
    },
    timeout: duration("from 1ms to 24h", { minMs: 1, maxMs: DAY_MS }),
  },
  ["fence", "command"],
);

interface AcquireRoute {
  Params: { pool: string };
  Body: {
    key?: string;
    holder: string;
    ttl?: string;
    wait?: string;
    priority?: number;
    bind?: BindingBody;
  };
}
interface LeaseRoute {
  Params: { id: string };
}

/** Engines are taken, kept, used and given back. */
export function addLeaseRoutes(app: FastifyInstance, tools: RouteTools): void {
  const { pools, givenUp } = tools;

  app.get(
    "/v1/leases",
    {
      config: { scope: "read" },
      schema: {
        operationId: "listLeases",
        ...{ summary: "All leases that are held", tags: ["leases"] },
        response: { 200: object("Leases", { leases: list(refTo("Lease")) }), 503: PROBLEM },
      },
    },
    async () => ({ leases: pools.leases() }),
  );

  app.post<AcquireRoute>(
    "/v1/engines/:pool/leases",
    {
      config: { scope: "lease" },
      schema: {
        operationId: "leaseEngine",
        summary: "Leases an engine, waiting for one if need be",
        description:
          "Waits for `wait` of the body, else as long as `Prefer: wait=<seconds>` says, else 60 s. With `Prefer: place` interim replies (103) tell the place in the queue. Idempotent by `key`.",
        ...{ tags: ["leases"], params: pathParams("pool"), headers: PREFER_HEADER, body: LEASE_BODY },
        response: {
          ...{ 201: refTo("GrantedLease"), 404: PROBLEM, 410: PROBLEM },
          ...{ 429: PROBLEM, 503: PROBLEM },
        },
      },
      bodyLimit: LEASE_BODY_LIMIT,
    },
    (request, reply) => acquire(request, reply, tools),
  );

  app.put<LeaseRoute & { Body: { fence: number; ttl?: string } }>(
    "/v1/leases/:id",
    {
      config: { scope: "lease" },
      schema: {
        operationId: "renewLease",
        ...{ summary: "Renews a lease", tags: ["leases"], params: pathParams("id"), body: RENEW_BODY },
        response: {
          200: refTo("Lease"),
          404: PROBLEM,
          409: PROBLEM,
          410: PROBLEM,
        },
      },
    },
    async ({ params, body }) => pools.renew(params.id, body.fence, toMs(body.ttl)),
  );

  app.delete<LeaseRoute & { Querystring: { fence?: string; outcome?: ReleaseOutcome } }>(
    "/v1/leases/:id",
    {
      config: { scope: "lease" },
      schema: {
        operationId: "releaseLease",
        ...{ summary: "Gives an engine back", tags: ["leases"] },
        description: "Also fine when the lease has ended already. Without a fence whoever asks may end it.",
        ...{ params: pathParams("id"), querystring: RELEASE_QUERY },
        response: {
          204: { type: "null", description: "Given back" },
          404: PROBLEM,
          409: PROBLEM,
        },
      },
    },
    async ({ params, query }, reply) => {
      await pools.release(
        params.id,
        query.fence === undefined ? undefined : Number(query.fence),
        query.outcome,
      );
      return reply.code(204).send();
    },
  );

  app.post<LeaseRoute & { Body: { fence: number; command: string[]; timeout?: string } }>(
    "/v1/leases/:id/exec",
    {
      config: { scope: "lease" },
      schema: {
        operationId: "runCommand",
        ...{ summary: "Runs a command in a leased engine", tags: ["leases"] },
        ...{ params: pathParams("id"), body: EXEC_BODY },
        response: {
          200: refTo("CommandResult"),
          409: PROBLEM,
          410: PROBLEM,
          504: PROBLEM,
        },
      },
    },
    async ({ params, body }) =>
      untilGivenUp(
        pools.exec(params.id, body.fence, body.command, { timeoutMs: toMs(body.timeout) }),
        givenUp,
      ),
  );
}

/** Waits for an engine for as long as its caller does. */
async function acquire(
  request: FastifyRequest<AcquireRoute>,
  reply: FastifyReply,
  tools: RouteTools,
): Promise<FastifyReply> {
  const { body } = request;
  const { pool } = request.params;
  const preferences = readPreferences(request.headers.prefer);
  const bind = readBinding(body.bind);
  const caller = followCaller(reply, tools.stopping);
  let place: QueuePlace | undefined;
  try {
    const lease = await tools.pools.lease(pool, {
      ...{ key: body.key, holder: body.holder, priority: body.priority, bind },
      ttlMs: toMs(body.ttl),
      waitMs: toMs(body.wait) ?? preferences.waitMs,
      cancel: caller.cancel,
      onQueued: (next) => {
        place = next;
        if (preferences.wantsPlace) sendPlace(reply, pool, next);
      },
    });
    // Who asked with a key will ask again, and is to find the lease.
    if (body.key === undefined) onUndelivered(reply, () => giveBack(lease, tools));
    return reply.code(201).header("location", `/v1/leases/${lease.id}`).send(lease);
  } catch (error) {
    if (tools.stopping.aborted) throw stoppingError();
    if (error instanceof WarmError && error.code === "no-engine")
      reply.header("retry-after", retryAfter(place));
    throw addPlace(error, place);
  } finally {
    caller.close();
  }
}

/** Nobody knows that it was granted. */
function giveBack({ id, fence, engine }: GrantedLease, { pools, log }: RouteTools): void {
  pools.release(id, fence).catch((error: unknown) => {
    log.warn("lease not given back", {
      lease: id,
      detail: `the lease of ${engine} reached nobody and cannot be given back before it expires: ${String(error)}`,
    });
  });
}
