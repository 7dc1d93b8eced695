import type { FastifyInstance } from "fastify";
import { PROBLEM_TYPE } from "../problem.js";
import { ENGINE_SCHEMAS } from "./engine-schemas.js";
import { JOB_SCHEMAS } from "./job-schemas.js";
import { planSchemas } from "./plan-schemas.js";
import { PROBLEM_SCHEMA } from "./problem-schema.js";
import { STATUS_SCHEMAS } from "./status-schemas.js";

/** What replies consist of, by name: `#/components/schemas/…` in the OpenAPI document. */
export function addSchemas(app: FastifyInstance): void {
  const named = {
    Problem: PROBLEM_SCHEMA,
    ...STATUS_SCHEMAS,
    ...ENGINE_SCHEMAS,
    ...JOB_SCHEMAS,
    ...planSchemas(),
  };
  for (const [name, schema] of Object.entries(named)) app.addSchema({ $id: name, ...schema });
}

/** A schema by its name. */
export const refTo = (name: string) => ({ $ref: `${name}#` });

/** What every error is answered with, whichever its status is. */
export const PROBLEM = {
  description: "What went wrong, and what to do (RFC 9457)",
  content: { [PROBLEM_TYPE]: { schema: refTo("Problem") } },
} as const;

export const STATUS_OK = {
  type: "object",
  description: "All is well",
  required: ["status"],
  properties: { status: { type: "string", const: "OK" } },
} as const;

/** One reply in JSON, or events where the client accepts them. */
export const orEvents = (description: string, schema: object) => ({
  description,
  content: { "application/json": { schema }, "text/event-stream": { schema: { type: "string" } } },
});

export const EVENT_STREAM = {
  description: "Server-sent events; `data` is JSON on one line",
  content: { "text/event-stream": { schema: { type: "string" } } },
} as const;
