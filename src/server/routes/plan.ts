import type { FastifyInstance } from "fastify";
import type { CandidateFile } from "../../daemon/served.js";
import { formatPlanJson } from "../../report/plan-text/format-plan-json.js";
import { untilGivenUp } from "../follow-caller.js";
import { PROBLEM, refTo } from "../schemas/schemas.js";
import { exactly, type RouteTools } from "./route-tools.js";

const JSON_TYPE = "application/json; charset=utf-8";
const YAML_TYPES = ["application/yaml", "application/x-yaml", "text/yaml"];
const DEFAULT_NAME = "warm.yaml";
/** A file has 1 MiB at most; as JSON it may take more. */
const BODY_LIMIT = 6 * 1024 * 1024;

const CANDIDATE = {
  anyOf: [
    { type: "string", description: "the file itself, as `application/yaml`" },
    {
      ...exactly(
        {
          text: { type: "string", description: "the file itself" },
          name: {
            type: "string",
            minLength: 1,
            maxLength: 500,
            description: "its name in problems and in the plan",
          },
        },
        ["text"],
      ),
      description: "the file in JSON",
    },
  ],
};

/** What would be changed: by the file in use, or by one that somebody would like to use. */
export function addPlanRoutes(app: FastifyInstance, { overview, givenUp }: RouteTools): void {
  app.addContentTypeParser(YAML_TYPES, { parseAs: "string" }, (_request, body, done) => done(null, body));

  app.get(
    "/v1/plan",
    {
      config: { scope: "read" },
      schema: {
        operationId: "getPlan",
        summary: "Looks at the host now and plans: what `warm plan --format json` prints",
        tags: ["status"],
        response: { 200: refTo("Plan"), 503: PROBLEM },
      },
    },
    async (_request, reply) =>
      reply.type(JSON_TYPE).send(formatPlanJson(await untilGivenUp(overview.plan(), givenUp))),
  );

  app.post<{ Body: string | { text: string; name?: string } }>(
    "/v1/plan",
    {
      config: { scope: "read" },
      bodyLimit: BODY_LIMIT,
      schema: {
        operationId: "planCandidate",
        summary: "Plans a candidate for the file, beside what is asked for over HTTP",
        description:
          "Changes nothing, and reads neither files nor the environment for it: secrets that the file in use does not name count as new ones. So a pull request's job needs no Docker, only this.",
        tags: ["status"],
        consumes: ["application/json", ...YAML_TYPES],
        body: CANDIDATE,
        response: { 200: refTo("Plan"), 422: PROBLEM, 503: PROBLEM },
      },
    },
    async ({ body }, reply) => {
      const { text, name = DEFAULT_NAME } = typeof body === "string" ? { text: body } : body;
      const candidate: CandidateFile = { text, name };
      return reply
        .type(JSON_TYPE)
        .send(formatPlanJson(await untilGivenUp(overview.plan(candidate), givenUp)));
    },
  );
}
