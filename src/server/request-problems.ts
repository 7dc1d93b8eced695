import type { FastifySchemaValidationError } from "fastify";
import { findClosest } from "../config/suggest.js";
import type { RequestProblem } from "./problem.js";

/** A body full of mistakes is not answered with a book. */
const MOST = 20;
/** Nor is a key that is one. */
const LONGEST_STEP = 200;

/** What ajv tells with `verbose`, beyond what Fastify's type knows. */
interface VerboseError extends FastifySchemaValidationError {
  readonly parentSchema?: {
    readonly description?: string;
    readonly properties?: Readonly<Record<string, unknown>>;
  };
  /** Set where it is a key that is wrong. */
  readonly propertyName?: string;
}

/**
 * Every problem that a schema found with a request, in words. Values are never told: they may be secret.
 * @param part of the request: `body`, `querystring`, …
 */
export function requestProblems(
  errors: readonly FastifySchemaValidationError[],
  part: string,
): RequestProblem[] {
  return errors
    .filter(({ keyword }) => keyword !== "propertyNames")
    .slice(0, MOST)
    .map((error) => toProblem(error, part === "querystring" ? "query" : part));
}

function toProblem(error: VerboseError, part: string): RequestProblem {
  const { keyword, params, parentSchema, propertyName } = error;
  const at = (...more: readonly unknown[]) =>
    [part, ...pointerSteps(error.instancePath), ...more].map(cutOff).join(".");
  switch (keyword) {
    case "additionalProperties": {
      const key = String(params.additionalProperty);
      const meant = findClosest(key, Object.keys(parentSchema?.properties ?? {}));
      return {
        path: at(key),
        message: meant === undefined ? "unknown key" : `unknown key: did you mean \`${meant}\`?`,
      };
    }
    case "required":
      return { path: at(params.missingProperty), message: "has to be given" };
    case "enum":
      return { path: at(), message: `use one of ${(params.allowedValues as readonly string[]).join(", ")}` };
    case "pattern":
    case "x-duration":
      return {
        path: at(...(propertyName === undefined ? [] : [propertyName])),
        message: `use ${parentSchema?.description ?? "another form"}`,
      };
    default:
      return {
        path: at(...(propertyName === undefined ? [] : [propertyName])),
        message: error.message ?? "is not as it has to be",
      };
  }
}

function cutOff(step: unknown): string {
  const text = String(step);
  return text.length > LONGEST_STEP ? `${text.slice(0, LONGEST_STEP)}…` : text;
}

/** The steps of a JSON pointer (RFC 6901). */
function pointerSteps(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}
