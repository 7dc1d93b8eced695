import type { IncomingHttpHeaders } from "node:http";
import type { QueuePlace } from "../../pool/pools.js";
import { ESTIMATE_HEADER, POSITION_HEADER } from "../routes/queue-hints.js";

/** The place that an interim reply tells; undefined when it tells something else. */
export function readPlace(headers: IncomingHttpHeaders): QueuePlace | undefined {
  const position = Number(headers[POSITION_HEADER] ?? Number.NaN);
  if (!Number.isSafeInteger(position)) return undefined;
  const estimateMs = Number(headers[ESTIMATE_HEADER] ?? Number.NaN);
  return { position, estimateMs: Number.isNaN(estimateMs) ? undefined : estimateMs };
}
