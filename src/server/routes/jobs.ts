import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { JobView, ParamValue } from "../../model/job.js";
import { followCaller, untilGivenUp } from "../follow-caller.js";
import { orEvents, PROBLEM, refTo } from "../schemas/schemas.js";
import { list, object } from "../schemas/shapes.js";
import { stoppingError } from "../send-error.js";
import { wantsEvents } from "../streams/streams.js";
import { exactly, HOLDER, pathParams, type RouteTools } from "./route-tools.js";
import { PREFER_HEADER, readPreferences } from "./wait.js";

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

/** A wait that ends without news begins anew. */
const FOLLOW_MS = 60_000;
const MOST_JOBS = 1_000;
const LIST_QUERY = exactly({
  limit: { type: "string", pattern: "^([1-9][0-9]{0,2}|1000)$", description: "a number from 1 to 1000" },
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
    {
      config: { scope: "lease" },
      schema: {
        operationId: "submitJob",
        summary: "Submits a job, or joins an equal one",
        description: "With `Prefer: wait=<seconds>` the reply comes once it is over, or the time is up.",
        ...{ tags: ["jobs"], params: pathParams("pool"), headers: PREFER_HEADER, body: JOB_BODY },
        response: {
          ...{ 200: refTo("Job"), 201: refTo("Job"), 400: PROBLEM, 404: PROBLEM },
          ...{ 409: PROBLEM, 429: PROBLEM, 503: PROBLEM },
        },
      },
      bodyLimit: JOB_BODY_LIMIT,
    },
    (request, reply) => submit(request, reply, tools),
  );

  app.get<{ Querystring: { limit?: string } }>(
    "/v1/jobs",
    {
      config: { scope: "read" },
      schema: {
        operationId: "listJobs",
        ...{ summary: "Jobs under way and the last ones that are over, newest first", tags: ["jobs"] },
        querystring: LIST_QUERY,
        response: { 200: object("Jobs", { jobs: list(refTo("Job")) }), 503: PROBLEM },
      },
    },
    async ({ query }) => ({ jobs: jobs.list().slice(0, Number(query.limit ?? MOST_JOBS)) }),
  );

  app.get<ChangedRoute>(
    "/v1/jobs/:id",
    {
      config: { scope: "read" },
      schema: {
        operationId: "getJob",
        summary: "A job as it stands",
        description:
          "With `after` and `Prefer: wait=<seconds>`, as it is once it has a later revision or the time is up. With `Accept: text/event-stream` an event `job` with every change, the last one when it is over.",
        ...{ tags: ["jobs"], params: pathParams("id"), headers: PREFER_HEADER, querystring: CHANGED_QUERY },
        response: { 200: orEvents("The job, or its changes", refTo("Job")), 404: PROBLEM },
      },
    },
    (request, reply) =>
      wantsEvents(request.headers.accept) ? follow(request, reply, tools) : look(request, reply, tools),
  );

  app.delete<JobRoute>(
    "/v1/jobs/:id",
    {
      config: { scope: "lease" },
      schema: {
        operationId: "cancelJob",
        ...{ summary: "Takes a job back; with the last who asked it is cancelled", tags: ["jobs"] },
        params: pathParams("id"),
        response: { 202: refTo("Job"), 404: PROBLEM },
      },
    },
    async ({ params }, reply) => reply.code(202).send(await untilGivenUp(jobs.cancel(params.id), givenUp)),
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

/** Every revision that there is time to tell; what comes while one is told is told as one. */
function follow(
  { params }: FastifyRequest<ChangedRoute>,
  reply: FastifyReply,
  { jobs, streams }: RouteTools,
): FastifyReply {
  let view = jobs.get(params.id);
  const stream = streams.open(reply);
  const tell = () => stream.send("job", view, view.revision);
  const run = async () => {
    tell();
    while (view.outcome === undefined && !stream.ended.aborted) {
      const next = await jobs.changed(view.id, view.revision, FOLLOW_MS, stream.ended);
      if (next.revision === view.revision) continue;
      view = next;
      tell();
    }
  };
  // The client has gone, or the watcher is stopping: it comes back.
  run()
    .catch(() => undefined)
    .finally(stream.end);
  return reply;
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
