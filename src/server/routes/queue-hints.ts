import type { FastifyReply } from "fastify";
import { WarmError } from "../../errors.js";
import type { QueuePlace } from "../../pool/pools.js";
import { formatDurationMs } from "../../report/text/units.js";

/** Of an interim reply: where its reader stands. */
export const POSITION_HEADER = "queue-position";
export const ESTIMATE_HEADER = "queue-estimate-ms";

const MAX_RETRY_S = 60;

/**
 * Tells a waiting client its place with an interim reply (103), which ends nothing: the lease or a problem is still to
 * come. Clients that do not know it have to skip it (RFC 9110, 15.2).
 */
export function sendPlace(reply: FastifyReply, pool: string, { position, estimateMs }: QueuePlace): void {
  if (reply.raw.headersSent || reply.raw.destroyed) return;
  reply.raw.writeEarlyHints({
    // Node sends none without a link.
    link: `</v1/engines/${encodeURIComponent(pool)}>; rel=monitor`,
    [POSITION_HEADER]: String(position),
    ...(estimateMs === undefined ? {} : { [ESTIMATE_HEADER]: String(Math.round(estimateMs)) }),
  });
}

/** The error of somebody who waited in vain, with the place where it stood. */
export function addPlace(error: unknown, place: QueuePlace | undefined): unknown {
  if (!(error instanceof WarmError) || error.code !== "no-engine" || place === undefined) return error;
  const estimate =
    place.estimateMs === undefined ? "" : `, about ${formatDurationMs(place.estimateMs)} from its turn`;
  return new WarmError(
    error.code,
    `${error.message} (it stood at place ${place.position} of the queue${estimate})`,
    { hint: error.hint, cause: error.cause, address: error.address, logs: error.logs },
  );
}

/** Seconds after which it is worth another try. */
export function retryAfter(place: QueuePlace | undefined): string {
  const seconds = Math.ceil((place?.estimateMs ?? 0) / 1000);
  return String(Math.min(Math.max(seconds, 1), MAX_RETRY_S));
}
