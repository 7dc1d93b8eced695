import type { FastifyInstance } from "fastify";
import { formatStatusJson } from "../../report/format-status.js";
import { followCaller } from "../follow-caller.js";
import { PROBLEM, refTo } from "../schemas/schemas.js";
import { exactly, type RouteTools } from "./route-tools.js";
import { PREFER_HEADER, readPreferences } from "./wait.js";

const JSON_TYPE = "application/json; charset=utf-8";

/** How the project stands, and the order to make it so now. */
export function addStatusRoutes(app: FastifyInstance, tools: RouteTools): void {
  const { overview, stopping } = tools;
  const cached = createStatusCache(tools);

  app.get(
    "/v1/status",
    {
      config: { scope: "read" },
      schema: {
        operationId: "getStatus",
        summary: "Every resource as the last pass found it: what `warm status --json` prints",
        tags: ["status"],
        response: {
          200: refTo("Status"),
          304: { type: "null", description: "As the tag says" },
          503: PROBLEM,
        },
      },
    },
    async (request, reply) => {
      const { tag, body } = await cached();
      reply.header("etag", tag).header("cache-control", "no-cache");
      if (request.headers["if-none-match"] === tag) return reply.code(304).send();
      return reply.type(JSON_TYPE).send(body);
    },
  );

  app.post(
    "/v1/reconcile",
    {
      config: { scope: "admin" },
      schema: {
        operationId: "reconcile",
        summary: "Reads the file again, tries everything anew and makes a pass",
        description:
          "With `Prefer: wait=<seconds>` the reply comes once nothing is left to do, or the time is up.",
        tags: ["status"],
        headers: PREFER_HEADER,
        body: exactly({}),
        response: { 200: refTo("Reconciled"), 202: refTo("Reconciled"), 503: PROBLEM },
      },
      preValidation: async (request) => {
        request.body ??= {};
      },
    },
    async ({ headers }, reply) => {
      const { waitMs = 0 } = readPreferences(headers.prefer);
      const caller = followCaller(reply, stopping);
      try {
        const reconciled = await overview.reconcile({ waitMs, cancel: caller.cancel });
        return reply.code(waitMs === 0 ? 202 : 200).send(reconciled);
      } finally {
        caller.close();
      }
    },
  );
}

interface CachedStatus {
  readonly tag: string;
  readonly body: Buffer;
}

/** A status is written once for all who ask for it until something changes. */
function createStatusCache({ overview }: RouteTools): () => Promise<CachedStatus> {
  let cached: (CachedStatus & { readonly revision: number }) | undefined;
  let writing: Promise<CachedStatus> | undefined;
  const born = Date.now().toString(36);

  async function write(): Promise<CachedStatus> {
    const { revision } = overview;
    const body = Buffer.from(formatStatusJson(await overview.status()));
    cached = { revision, tag: `"${born}-${revision}"`, body };
    return cached;
  }

  return async () => {
    if (cached?.revision === overview.revision) return cached;
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  };
}
