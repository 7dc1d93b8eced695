import type { FastifyDynamicSwaggerOptions, SwaggerTransform } from "@fastify/swagger";
import { PROBLEM } from "./schemas.js";

/** What the document says beside its routes. */
export const OPENAPI: FastifyDynamicSwaggerOptions["openapi"] = {
  openapi: "3.1.0",
  info: {
    title: "warm",
    version: "1",
    summary: "Keeps Docker hosts warm",
    description:
      "The API of `warm watch`. On its unix socket whoever can open it may do everything; on TCP a token is needed, of scope read, lease or admin. Every error is a problem (RFC 9457) with a stable code.",
    license: { name: "MIT", identifier: "MIT" },
  },
  servers: [{ url: "/", description: "The watcher that answers" }],
  tags: [
    { name: "status", description: "How the project stands, and what would change" },
    { name: "events", description: "What happens, as it happens" },
    { name: "engines", description: "Pools of engines" },
    { name: "leases", description: "Engines taken, used and given back" },
    { name: "jobs", description: "Work on engines, and its results" },
    { name: "cyanprint", description: "The calls of cyanprint's executor" },
    { name: "health", description: "For probes and scrapers" },
  ],
  components: {
    securitySchemes: {
      token: { type: "http", scheme: "bearer", description: "On TCP" },
      password: {
        type: "http",
        scheme: "basic",
        description: "On TCP, for clients that have only a URL: the password is the token",
      },
    },
  },
  security: [{ token: [] }, { password: [] }],
};

/** Beside the statuses that a route is known for, each may be refused or fail with others, always in one shape. */
export const describeRoute: SwaggerTransform = ({ schema, url }) => ({
  url,
  schema: { ...schema, response: { ...(schema?.response as object), "4XX": PROBLEM, "5XX": PROBLEM } },
});
