import { ENGINE_STATES } from "../../model/engine.js";
import { HOST_FACTS } from "../plan-text/plan-shape.js";
import {
  arrayOf,
  boolean,
  type Check,
  count,
  mapOf,
  number,
  object,
  oneOf,
  optional,
  string,
} from "../text/shape.js";

const LABELS = mapOf(string);
const IMAGE = object({ id: string, keys: arrayOf(string) });
const NETWORK = object({ id: string, name: string, driver: string, labels: LABELS });
const VOLUME = object({ name: string, driver: string, createdAt: string, labels: LABELS });
const CONTAINER = object({
  id: string,
  name: string,
  imageId: string,
  state: string,
  createdAtMs: number,
  health: optional(oneOf(["starting", "healthy", "unhealthy"])),
  labels: LABELS,
  networks: arrayOf(object({ name: string, id: string, address: string })),
  volumes: arrayOf(string),
  limits: optional(object({ memoryBytes: number, cpus: number, pids: number })),
});
const OBSERVED = object({
  host: HOST_FACTS,
  observedAt: time,
  images: arrayOf(IMAGE),
  networks: arrayOf(NETWORK),
  volumes: arrayOf(VOLUME),
  containers: arrayOf(CONTAINER),
  registryDigests: mapOf(string),
  reach: oneOf(["address", "published", "none"]),
});
const TEMPLATE = object({ id: string, since: time, expiresAt: time, image: string, blob: string });
const SESSION = object({
  id: string,
  since: time,
  expiresAt: time,
  template: string,
  processors: arrayOf(string),
  plugins: arrayOf(string),
  isForgotten: boolean,
});
const KIND = object({ kind: oneOf(["template", "session"]) });
const REQUEST: Check = (value, path) =>
  KIND(value, path) ?? ((value as { kind: string }).kind === "template" ? TEMPLATE : SESSION)(value, path);
const ENGINE = object({
  state: oneOf(ENGINE_STATES),
  jobs: count,
  isLastJob: boolean,
  due: optional(string),
});
const POOL = object({
  target: count,
  size: optional(object({ min: count, max: count, spare: count })),
  engines: mapOf(ENGINE),
});
const SNAPSHOT = object({
  format: string,
  project: string,
  observed: OBSERVED,
  requests: arrayOf(REQUEST),
  pools: mapOf(POOL),
});

function time(value: unknown, path: string): string | undefined {
  return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? undefined : `${path} is no time`;
}

/** The first thing by which a value is no snapshot of this major version, or undefined when it is one. */
export function checkSnapshotShape(value: unknown): string | undefined {
  return SNAPSHOT(value, "");
}
