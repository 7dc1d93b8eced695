import type { FastifyInstance } from "fastify";
import { makeProblem, PROBLEM_TYPE } from "../problem.js";
import { PROBLEM, refTo, STATUS_OK } from "../schemas/schemas.js";
import type { RouteTools } from "./route-tools.js";

const RETRY_AFTER_S = 2;

/** For probes, scrapers and whoever wants to know what can be asked. */
export function addHealthRoutes(app: FastifyInstance, { overview, metrics }: RouteTools): void {
  const probe = (operationId: string, summary: string) => ({
    config: { scope: "public" } as const,
    schema: {
      ...{ operationId, summary, tags: ["health"], security: [] },
      response: { 200: STATUS_OK, 503: PROBLEM },
    },
  });

  app.get("/", probe("ping", "Whether somebody answers; what cyanprint's clients ask"), async () => ({
    status: "OK",
  }));

  app.get("/healthz", probe("getHealth", "Whether the watcher's loop goes round"), async (request, reply) => {
    if (overview.isAlive()) return { status: "OK" };
    const detail = "no pass has begun or ended for too long";
    const problem = makeProblem({ code: "internal", status: 503, detail, traceId: request.id });
    return reply.code(503).header("retry-after", String(RETRY_AFTER_S)).type(PROBLEM_TYPE).send(problem);
  });

  app.get(
    "/readyz",
    {
      config: { scope: "public" },
      schema: {
        operationId: "getReadiness",
        summary:
          "Whether the first pass is done, the host is reachable and each pool has its least number of engines",
        tags: ["health"],
        security: [],
        response: { 200: refTo("Readiness"), 503: PROBLEM },
      },
    },
    async (request, reply) => {
      const checks = overview.readiness();
      if (checks.every(({ isMet }) => isMet)) return { status: "OK", checks };
      const unmet = checks.filter(({ isMet }) => !isMet);
      const detail = unmet.map((check) => `${check.name}: ${check.detail}`).join("; ");
      const code = unmet.some(({ name }) => name === "host") ? "host-unreachable" : "no-engine";
      const problem = { ...makeProblem({ code, status: 503, detail, traceId: request.id }), checks };
      return reply.code(503).header("retry-after", String(RETRY_AFTER_S)).type(PROBLEM_TYPE).send(problem);
    },
  );

  app.get(
    "/metrics",
    {
      config: { scope: "read" },
      schema: {
        operationId: "getMetrics",
        summary: "Counts and measures in Prometheus' text format",
        tags: ["health"],
        produces: ["text/plain"],
        response: { 200: { type: "string", description: "One sample a line" } },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  );

  app.get(
    "/openapi.json",
    {
      config: { scope: "public" },
      schema: {
        operationId: "getDocument",
        summary: "This document",
        tags: ["health"],
        security: [],
        response: { 200: { type: "object", additionalProperties: true, description: "OpenAPI 3.1" } },
      },
    },
    async () => app.swagger(),
  );
}
