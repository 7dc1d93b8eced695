import { ACTIONS, type Reason } from "../../model/plan.js";
import type { ResourceKind } from "../../model/resource.js";
import {
  arrayOf,
  boolean,
  type Check,
  count,
  object,
  oneOf,
  optional,
  scalar,
  string,
} from "../text/shape.js";
import { REASONS } from "./reasons.js";

const KINDS: readonly string[] = [
  "network",
  "image",
  "volume",
  "container",
  "engine",
] satisfies ResourceKind[];
const REASON_NAMES: readonly string[] = REASONS satisfies readonly Reason[];

const FIELD = object({
  path: string,
  before: scalar,
  after: scalar,
  cause: oneOf(["config", "drift"]),
  effect: oneOf(["update", "replace"]),
  sensitive: optional(boolean),
  line: optional(count),
});

const ABSENT = object({ exists: boolean });
const PRESENT = object({
  exists: boolean,
  id: string,
  state: optional(string),
  specHash: optional(string),
  imageId: optional(string),
});
const PRECONDITION: Check = (value, path) =>
  ABSENT(value, path) ?? ((value as { exists: boolean }).exists ? PRESENT(value, path) : undefined);

const CHANGE = object({
  address: string,
  kind: oneOf(KINDS),
  name: string,
  action: oneOf(ACTIONS),
  reasons: arrayOf(oneOf(REASON_NAMES)),
  fields: arrayOf(FIELD),
  dependsOn: arrayOf(string),
  precondition: PRECONDITION,
  session: optional(string),
  successor: optional(string),
  heldBy: optional(string),
});

const FORECAST = object({
  pulls: arrayOf(object({ address: string, bytes: optional(count), newBytes: optional(count) })),
  downtime: arrayOf(object({ address: string, cause: string, atMostMs: optional(count) })),
  dataLoss: arrayOf(string),
  loopbackPorts: count,
  disk: optional(object({ path: string, freeBytes: count, neededBytes: count })),
});

/** Which host a document is of. */
export const HOST_FACTS = object({
  id: string,
  endpoint: string,
  version: string,
  apiVersion: string,
  os: string,
  arch: string,
});

const DOCUMENT = object({
  format: string,
  digest: string,
  project: string,
  config: object({ path: string, sha256: string, text: optional(string), directory: optional(string) }),
  target: HOST_FACTS,
  options: object({
    targets: arrayOf(string),
    excludes: arrayOf(string),
    replace: arrayOf(string),
    adopt: arrayOf(string),
    destroy: boolean,
  }),
  summary: object(Object.fromEntries(ACTIONS.map((action) => [action, count]))),
  changes: arrayOf(CHANGE),
  notes: arrayOf(string),
  forecast: optional(FORECAST),
});

/** The first thing by which a value is no plan document of this major version, or undefined when it is one. */
export function checkPlanShape(value: unknown): string | undefined {
  return DOCUMENT(value, "");
}
