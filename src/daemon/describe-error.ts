import { ERROR_CODES, type ErrorCode, WarmError } from "../errors.js";
import type { ErrorRecord } from "../model/daemon-status.js";
import { ConfigError } from "../model/problem.js";

/** An error in one sentence: of a file, its first problem and how many more there are. */
export function describeError(error: WarmError): string {
  if (!(error instanceof ConfigError)) return error.message;
  const [first, ...more] = error.problems;
  if (first === undefined) return error.message;
  const field = first.field === "" ? "" : `${first.field}: `;
  const rest = more.length === 0 ? "" : ` (and ${more.length} more)`;
  return `${first.file}:${first.line}:${first.column} ${field}${first.message}${rest}`;
}

/** The error that a record was made of. */
export function fromErrorRecord({ code, message, hint, logs }: ErrorRecord, address: string): WarmError {
  const known = Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : "internal";
  return new WarmError(known, message, { hint, logs, address });
}

export function toErrorRecord(error: WarmError, nowMs: number): ErrorRecord {
  const { code, hint, logs } = error;
  const at = new Date(nowMs).toISOString();
  return { code, message: describeError(error), hint, ...(logs.length === 0 ? {} : { logs }), at };
}
