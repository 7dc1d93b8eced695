import { ERROR_CODES } from "../../errors.js";
import { count, list, object, oneOf, ref, text } from "./shapes.js";

const WRONG = object(
  "One thing that is wrong with a request, or with a file that was sent",
  { path: text("`body.bind.env`, or the field of the file"), message: text() },
  { line: count("1-based"), column: count("1-based"), hint: text("One thing to do") },
);

/** The body of every error (RFC 9457). */
export const PROBLEM_SCHEMA = object(
  "What went wrong, and what to do (`application/problem+json`, RFC 9457)",
  {
    type: text("`urn:warm:<code>`"),
    title: text(),
    status: count(),
    detail: text("What failed, on what, and why"),
    code: oneOf(Object.keys(ERROR_CODES), "Stable, as in the README's table of errors"),
    traceId: text("By which the watcher's log names this request"),
  },
  {
    hint: text("One thing to do"),
    address: text("The resource that it is about"),
    logs: list(text("Last log lines of what failed, oldest first")),
    problems: list(WRONG),
    checks: list(ref("ReadinessCheck")),
    trace_id: text("Of cyanprint's calls: as `traceId`"),
    data: list(text("Of cyanprint's calls: what went wrong, a sentence each")),
  },
);
