import type { FastifyInstance } from "fastify";
import type { FeedEvent, FeedItem } from "../../daemon/feed/feed.js";
import type { PoolEvent } from "../../pool/core/pool-event.js";
import { EVENT_STREAM } from "../schemas/schemas.js";
import { exactly, type RouteTools } from "./route-tools.js";

const TYPES = ["pass", "work", "transition", "pool", "job"] as const satisfies readonly FeedEvent["type"][];

const QUERY = exactly({
  types: {
    type: "string",
    pattern: `^(${TYPES.join("|")})(,(${TYPES.join("|")}))*$`,
    description: `a list of ${TYPES.join(", ")}`,
  },
});

/** What the watcher does, as it does it. */
export function addEventRoutes(app: FastifyInstance, { feed, streams }: RouteTools): void {
  app.get<{ Querystring: { types?: string } }>(
    "/v1/events",
    {
      config: { scope: "read" },
      schema: {
        operationId: "followEvents",
        summary: "What the watcher does, as server-sent events",
        description:
          "A client that comes back with `Last-Event-ID` is told what it has missed; where that is forgotten, an event `missed` comes first.",
        tags: ["events"],
        querystring: QUERY,
        headers: {
          type: "object",
          properties: {
            "last-event-id": {
              type: "string",
              maxLength: 32,
              pattern: "^[0-9]*$",
              description: "a whole number",
            },
          },
        },
        response: { 200: EVENT_STREAM },
      },
    },
    (request, reply) => {
      const wanted = new Set<string>(request.query.types?.split(",") ?? TYPES);
      const stream = streams.open(reply);
      const header = request.headers["last-event-id"];
      const after = header === undefined || header === "" ? undefined : Number(header);
      if (after !== undefined && feed.hasMissed(after)) stream.send("missed", { after }, feed.lastId);
      const tell = ({ id, atMs, event }: FeedItem) => {
        if (wanted.has(event.type))
          stream.send(event.type, { at: new Date(atMs).toISOString(), ...contentOf(event) }, id);
      };
      const unfollow = feed.follow(tell, after);
      stream.ended.addEventListener("abort", unfollow, { once: true });
      if (stream.ended.aborted) unfollow();
      return reply;
    },
  );
}

function contentOf(event: FeedEvent): object {
  switch (event.type) {
    case "pass":
      return { ...event.pass, open: event.open };
    case "work":
      return event.event;
    case "transition":
      return event.transition;
    case "pool":
      return toPoolEvent(event.event);
    case "job":
      return event.job;
    default:
      return event satisfies never;
  }
}

/** A lease as everybody may see it: its key is its holder's. */
function toPoolEvent(event: PoolEvent): object {
  if (!("lease" in event)) return event;
  const { id, fence, engine, holder, since, source } = event.lease;
  return { ...event, lease: { id, fence, engine, holder, since, source } };
}
