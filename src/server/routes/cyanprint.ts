import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { WarmOptions } from "../../daemon/served.js";
import { WarmError } from "../../errors.js";
import { followCaller } from "../follow-caller.js";
import { orEvents, PROBLEM, STATUS_OK } from "../schemas/schemas.js";
import {
  SESSION_BODY,
  SESSION_WARMED,
  TEMPLATE_BODY,
  type TemplateVersion,
} from "../schemas/template-version.js";
import { describeProblem, sendError, stoppingError } from "../send-error.js";
import { wantsEvents } from "../streams/streams.js";
import { pathParams, type RouteTools } from "./route-tools.js";
import { PREFER_HEADER, readPreferences } from "./wait.js";

/** A template's description and readme come along. */
const BODY_LIMIT = 4 * 1024 * 1024;
/** cyanprint's own client gives up after 600 s. */
const WARM_MS = 590_000;
/** A volume that somebody still uses goes later: nobody waits long for that. */
const FORGET_MS = 10_000;

const WARMED = orEvents("All is well, or the work until it is", STATUS_OK);

type Warmed = Readonly<Record<string, unknown>>;

/** The calls of cyanprint's executor, in its shapes: its clients warm through us as they are. */
export function addCyanprintRoutes(app: FastifyInstance, tools: RouteTools): void {
  const { requests } = tools;
  // The problems of these calls are as its clients read them.
  const config = { scope: "lease", wire: "cyanprint" } as const;
  const replies = {
    400: PROBLEM,
    409: PROBLEM,
    429: PROBLEM,
    502: PROBLEM,
    503: PROBLEM,
  };

  app.post<{ Body: TemplateVersion }>(
    "/template/warm",
    {
      config,
      bodyLimit: BODY_LIMIT,
      schema: {
        operationId: "warmTemplate",
        summary: "Keeps a template warm, and answers once it is healthy",
        description:
          "It stays wanted until nobody has asked for it for `requests.ttl`. With `Accept: text/event-stream` the work on it is told, then `done` with the body that there is without, or `problem`.",
        tags: ["cyanprint"],
        headers: PREFER_HEADER,
        body: TEMPLATE_BODY,
        response: { 200: WARMED, ...replies },
      },
    },
    (request, reply) =>
      answer(request, reply, tools, WARM_MS, async (options) => {
        await requests.warmTemplate(readTemplate(request.body), options);
        return { status: "OK" };
      }),
  );

  app.post<{ Body: TemplateVersion; Params: { sessionId: string } }>(
    "/executor/:sessionId/warm",
    {
      config,
      bodyLimit: BODY_LIMIT,
      schema: {
        operationId: "warmSession",
        summary:
          "Keeps a session's volume and the images of its processors and plugins, and answers once they are there",
        description:
          "It stays wanted until nobody has asked for it for `requests.sessionTtl`, or it is deleted.",
        tags: ["cyanprint"],
        params: pathParams("sessionId"),
        headers: PREFER_HEADER,
        body: SESSION_BODY,
        response: { 200: orEvents("The session, or the work on it", SESSION_WARMED), ...replies },
      },
    },
    (request, reply) =>
      answer(request, reply, tools, WARM_MS, async (options) => {
        const { principal, processors, plugins } = request.body;
        const id = request.params.sessionId;
        await requests.warmSession(
          { id, template: principal.id, processors: imagesOf(processors), plugins: imagesOf(plugins) },
          options,
        );
        return { session_id: id, vol_ref: { cyan_id: principal.id, session_id: id } };
      }),
  );

  app.delete<{ Params: { sessionId: string } }>(
    "/executor/:sessionId",
    {
      config,
      schema: {
        operationId: "forgetSession",
        summary: "Forgets a session and deletes its volume",
        description:
          "Fine when there is none. A volume that is still in use is deleted as soon as it is not.",
        tags: ["cyanprint"],
        params: pathParams("sessionId"),
        headers: PREFER_HEADER,
        response: { 200: WARMED, ...replies },
      },
    },
    (request, reply) =>
      answer(request, reply, tools, FORGET_MS, async (options) => {
        await requests.forgetSession(request.params.sessionId, options);
        return { status: "OK" };
      }),
  );
}

/** Waits for as long as the caller does and prefers: one reply, or events and then what that would have said. */
async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { streams, stopping, log }: RouteTools,
  longestMs: number,
  act: (options: WarmOptions) => Promise<Warmed>,
): Promise<FastifyReply | Warmed> {
  const { waitMs = longestMs } = readPreferences(request.headers.prefer);
  const stream = wantsEvents(request.headers.accept) ? streams.open(reply) : undefined;
  const caller = followCaller(reply, stopping);
  try {
    const done = await act({
      waitMs: Math.min(waitMs, longestMs),
      cancel: caller.cancel,
      ...(stream && { onWork: (event) => stream.send("work", event) }),
    });
    if (stream === undefined) return done;
    stream.send("done", done);
  } catch (thrown) {
    const error = stopping.aborted ? stoppingError() : thrown;
    if (stream === undefined) {
      // Nobody reads it.
      if (caller.hasGone()) return reply;
      return sendError(error, request, reply, log);
    }
    stream.send("problem", describeProblem(error, request));
  } finally {
    caller.close();
  }
  stream?.end();
  return reply;
}

function readTemplate({ principal }: TemplateVersion) {
  const { id, properties } = principal;
  // The schema has seen to it.
  if (properties === null || properties === undefined)
    throw new WarmError("usage", "body.principal.properties: has to be given");
  const { templateDockerReference, templateDockerTag, blobDockerReference, blobDockerTag } = properties;
  return {
    id,
    image: `${templateDockerReference}:${templateDockerTag}`,
    blob: `${blobDockerReference}:${blobDockerTag}`,
  };
}

const imagesOf = (list: TemplateVersion["processors"]) =>
  (list ?? []).map(({ dockerReference, dockerTag }) => `${dockerReference}:${dockerTag}`);
