import type { FastifyInstance } from "fastify";
import { WarmError } from "../../errors.js";
import { openResultArchive } from "../../jobs/data/archive-result.js";
import { PROBLEM } from "../schemas/schemas.js";
import { pathParams, type RouteTools } from "./route-tools.js";

/** What a job has made, for whoever does not share the data directory. */
export function addJobResultRoute(app: FastifyInstance, { jobs }: RouteTools): void {
  app.get<{ Params: { id: string } }>(
    "/v1/jobs/:id/result",
    {
      config: { scope: "read" },
      // It would be read from its beginning to its end, for nobody.
      exposeHeadRoute: false,
      schema: {
        operationId: "getResult",
        summary: "The result of a job as a tar archive, its manifest first",
        description: "Whole or cut off: an archive that ends too early is never told as a whole one.",
        tags: ["jobs"],
        params: pathParams("id"),
        produces: ["application/x-tar"],
        response: {
          200: { type: "string", format: "binary", description: "The archive" },
          404: PROBLEM,
        },
      },
    },
    async ({ params }, reply) => {
      const { id, hash, outcome, state } = jobs.get(params.id);
      if (outcome?.dataDir === undefined)
        throw new WarmError("not-found", `job ${id} has no result: it is ${state}`, {
          hint: outcome === undefined ? "wait until it is done" : undefined,
        });
      const { bytes, stream } = await openResultArchive(outcome.dataDir);
      if (bytes !== undefined) reply.header("content-length", bytes);
      return reply
        .header("content-disposition", `attachment; filename="${hash}.tar"`)
        .type("application/x-tar")
        .send(stream);
    },
  );
}
