import type { WatchLog } from "../../daemon/log/watch-log.js";
import type { Served } from "../../daemon/served.js";
import type { Metrics } from "../metrics/create-metrics.js";
import type { Streams } from "../streams/streams.js";

/** What routes have in common. */
export interface RouteTools extends Served {
  readonly log: WatchLog;
  readonly metrics: Metrics;
  readonly streams: Streams;
  /** Fires when the server is asked to close: who stands in a queue is sent away. */
  readonly stopping: AbortSignal;
  /** Fires when it closes whatever is still under way. */
  readonly givenUp: AbortSignal;
}

/** An object with these keys and no others. */
export const exactly = <Properties extends Readonly<Record<string, unknown>>>(
  properties: Properties,
  required: readonly (keyof Properties & string)[] = [],
) => ({
  ...{ type: "object", additionalProperties: false, properties },
  // An empty list would make the body itself one that has to be there, in the document.
  ...(required.length > 0 && { required }),
});

export const HOLDER = { type: "string", minLength: 1, maxLength: 200 } as const;
export const FENCE = { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER } as const;

const PATH_TEXT = { type: "string", minLength: 1, maxLength: 200 } as const;
/** Parameters of a path. */
export const pathParams = (...names: readonly string[]) => ({
  type: "object",
  required: names,
  properties: Object.fromEntries(names.map((name) => [name, PATH_TEXT])),
});
