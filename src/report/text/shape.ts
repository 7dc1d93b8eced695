/** undefined when the value has the shape, else what is wrong and where: `changes[3].action is not an action`. */
export type Check = (value: unknown, path: string) => string | undefined;

const isNumber = (value: unknown): value is number => typeof value === "number";
export const string = check((value) => typeof value === "string", "a text");
export const boolean = check((value) => typeof value === "boolean", "true or false");
export const count = check(
  (value) => isNumber(value) && Number.isInteger(value) && value >= 0,
  "a whole number",
);
export const scalar = check(
  (value) => value === null || ["string", "number", "boolean"].includes(typeof value),
  "a value",
);

export const number = check(isNumber, "a number");

function check(holds: (value: unknown) => boolean, what: string): Check {
  return (value, path) => {
    if (holds(value)) return undefined;
    return value === undefined ? `${path} is missing` : `${path} is not ${what}`;
  };
}

export function oneOf(names: readonly string[]): Check {
  return check((value) => typeof value === "string" && names.includes(value), `one of ${names.join(", ")}`);
}

export function optional(inner: Check): Check {
  return (value, path) => (value === undefined ? undefined : inner(value, path));
}

export function arrayOf(item: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return value === undefined ? `${path} is missing` : `${path} is not a list`;
    return firstProblem(value.map((member, index) => () => item(member, `${path}[${index}]`)));
  };
}

export function object(members: Readonly<Record<string, Check>>): Check {
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

/** Every member of an object has the shape, whatever it is called. */
export function mapOf(item: Check): Check {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return `${path} is not an object`;
    return firstProblem(
      Object.entries(value).map(
        ([key, member]) =>
          () =>
            item(member, `${path}.${key}`),
      ),
    );
  };
}
