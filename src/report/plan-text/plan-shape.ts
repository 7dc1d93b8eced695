import { ACTIONS, type Reason } from "../../model/plan.js";
import type { ResourceKind } from "../../model/resource.js";
import { REASONS } from "./reasons.js";

/** undefined when the value has the shape, else what is wrong and where: `changes[3].action is not an action`. */
type Check = (value: unknown, path: string) => string | undefined;

const KINDS: readonly string[] = [
  "network",
  "image",
  "volume",
  "container",
  "engine",
] satisfies ResourceKind[];
const REASON_NAMES: readonly string[] = REASONS satisfies readonly Reason[];

const isNumber = (value: unknown): value is number => typeof value === "number";
const string = check((value) => typeof value === "string", "a text");
const boolean = check((value) => typeof value === "boolean", "true or false");
const count = check((value) => isNumber(value) && Number.isInteger(value) && value >= 0, "a whole number");
const scalar = check(
  (value) => value === null || ["string", "number", "boolean"].includes(typeof value),
  "a value",
);

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

const DOCUMENT = object({
  format: string,
  digest: string,
  project: string,
  config: object({ path: string, sha256: string, text: optional(string), directory: optional(string) }),
  target: object({
    id: string,
    endpoint: string,
    version: string,
    apiVersion: string,
    os: string,
    arch: string,
  }),
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
});

/** The first thing by which a value is no plan document of this major version, or undefined when it is one. */
export function checkPlanShape(value: unknown): string | undefined {
  return DOCUMENT(value, "");
}

function check(holds: (value: unknown) => boolean, what: string): Check {
  return (value, path) => {
    if (holds(value)) return undefined;
    return value === undefined ? `${path} is missing` : `${path} is not ${what}`;
  };
}

function oneOf(names: readonly string[]): Check {
  return check((value) => typeof value === "string" && names.includes(value), `one of ${names.join(", ")}`);
}

function optional(inner: Check): Check {
  return (value, path) => (value === undefined ? undefined : inner(value, path));
}

function arrayOf(item: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return value === undefined ? `${path} is missing` : `${path} is not a list`;
    return firstProblem(value.map((member, index) => () => item(member, `${path}[${index}]`)));
  };
}

function object(members: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isObject) return value === undefined ? `${path} is missing` : `${path || "it"} is not an object`;
    const at = (key: string) => (path === "" ? key : `${path}.${key}`);
    const found = value as Record<string, unknown>;
    return firstProblem(
      Object.entries(members).map(
        ([key, inner]) =>
          () =>
            inner(found[key], at(key)),
      ),
    );
  };
}

function firstProblem(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const run of checks) {
    const problem = run();
    if (problem !== undefined) return problem;
  }
  return undefined;
}
