import { ERROR_CODES, type ErrorCode, WarmError } from "../../errors.js";
import type { Problem } from "../problem.js";

/** A problem as the error that the server had. What is no problem of ours is `no-watcher`. */
export function readProblem(value: unknown, where: string): WarmError {
  const { code, detail, hint, address, logs, traceId } = (value ?? {}) as Partial<Problem>;
  if (typeof detail !== "string" || !isErrorCode(code)) return foreignAnswer(where, value);
  const message = code === "internal" ? `the watcher failed: ${detail} (trace ${traceId})` : detail;
  return new WarmError(code, message, { hint, address, logs: Array.isArray(logs) ? logs : [] });
}

/** A newer watcher may know codes that we do not. */
const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === "string" && Object.hasOwn(ERROR_CODES, code);

export const foreignAnswer = (where: string, cause: unknown) =>
  new WarmError("no-watcher", `what answers at ${where} is no \`warm watch\` of this version`, {
    hint: "see which process listens there",
    cause,
  });
