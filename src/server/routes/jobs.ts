import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { JobView, ParamValue } from "../../model/job.js";
import { followCaller, untilGivenUp } from "../follow-caller.js";
import { stoppingError } from "../send-error.js";
import { exactly, HOLDER, type RouteTools } from "./route-tools.js";
import { readPreferences } from "./wait.js";

/** A parameter of 64 KiB may take six bytes a character as JSON, and there may be several. */
const JOB_BODY_LIMIT = 8 * 1024 * 1024;

const JOB_BODY = exactly(
  {
    params: {
      type: "object",
      maxProperties: 1000,
      additionalProperties: { type: ["string", "number", "boolean"] },
    },
    holder: HOLDER,
    priority: { type: "integer", minimum: -1000, maximum: 1000 },
    force: { type: "boolean" },
    verify: { type: "boolean" },
  },
  ["holder"],
);
// Of a query, where all is text.
const CHANGED_QUERY = exactly({
  after: { type: "string", pattern: "^[0-9]{1,15}$", description: "a whole number" },
});

interface SubmitRoute {
  Params: { pool: string };
  Body: {
    params?: Readonly<Record<string, ParamValue>>;
    holder: string;
    priority?: number;
    force?: boolean;
    verify?: boolean;
  };
}
interface JobRoute {
  Params: { id: string };
}
type ChangedRoute = JobRoute & { Querystring: { after?: string } };

/** Jobs are asked for, looked at, waited for and taken back. */
export function addJobRoutes(app: FastifyInstance, tools: RouteTools): void {
  const { jobs, givenUp } = tools;

  app.post<SubmitRoute>(
    "/v1/engines/:pool/jobs",
    { schema: { body: JOB_BODY }, bodyLimit: JOB_BODY_LIMIT },
    (request, reply) => submit(request, reply, tools),
  );

  app.get("/v1/jobs", async () => ({ jobs: jobs.list() }));

  app.get<ChangedRoute>("/v1/jobs/:id", { schema: { querystring: CHANGED_QUERY } }, (request, reply) =>
    look(request, reply, tools),
  );

  app.delete<JobRoute>("/v1/jobs/:id", async ({ params }, reply) =>
    reply.code(202).send(await untilGivenUp(jobs.cancel(params.id), givenUp)),
  );
}

/**
 * Accepts a job, and with `Prefer: wait` holds the reply until it is over. A caller that goes away meanwhile takes
 * nothing back: whoever asks again joins the job, or finds its result.
 */
async function submit(
  { params, body, headers }: FastifyRequest<SubmitRoute>,
  reply: FastifyReply,
  tools: RouteTools,
): Promise<FastifyReply> {
  const { jobs, givenUp } = tools;
  const { params: given = {}, holder, priority, force, verify } = body;
  const request = { params: given, holder, priority, force, verify };
  const accepted = await untilGivenUp(jobs.submit(params.pool, request), givenUp);
  const { waitMs = 0 } = readPreferences(headers.prefer);
  const view = await untilOver(accepted, waitMs, reply, tools);
  return reply
    .code(accepted.outcome === undefined ? 201 : 200)
    .header("location", `/v1/jobs/${encodeURIComponent(view.id)}`)
    .send(view);
}

/** The job as it is; with `after` and `Prefer: wait`, as it is once it has a later revision or the time is up. */
async function look(
  { params, query, headers }: FastifyRequest<ChangedRoute>,
  reply: FastifyReply,
  { jobs, stopping }: RouteTools,
): Promise<JobView> {
  const { waitMs = 0 } = readPreferences(headers.prefer);
  if (query.after === undefined || waitMs === 0) return jobs.get(params.id);
  const caller = followCaller(reply, stopping);
  try {
    return await jobs.changed(params.id, Number(query.after), waitMs, caller.cancel);
  } catch (error) {
    throw stopping.aborted ? stoppingError() : error;
  } finally {
    caller.close();
  }
}

async function untilOver(
  accepted: JobView,
  waitMs: number,
  reply: FastifyReply,
  { jobs, stopping }: RouteTools,
): Promise<JobView> {
  const deadline = performance.now() + waitMs;
  const caller = followCaller(reply, stopping);
  let view = accepted;
  try {
    for (let left = waitMs; view.outcome === undefined && left > 0; left = deadline - performance.now())
      view = await jobs.changed(view.id, view.revision, left, caller.cancel);
    return view;
  } catch (error) {
    throw stopping.aborted ? stoppingError() : error;
  } finally {
    caller.close();
  }
}
