import { STATUS_CODES } from "node:http";
import type { ErrorCode, WarmError } from "../errors.js";
import type { ConfigError } from "../model/problem.js";

/** The body of every error, `application/problem+json` (RFC 9457). */
export interface Problem {
  /** `urn:warm:no-engine` */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** As in the table of errors.ts: what a client turns into the same error. */
  readonly code: ErrorCode;
  readonly hint?: string | undefined;
  /** The resource that it is about. */
  readonly address?: string | undefined;
  /** Last log lines of what failed, oldest first. */
  readonly logs?: readonly string[] | undefined;
  /** Each thing that is wrong with the request. */
  readonly problems?: readonly RequestProblem[] | undefined;
  /** By which the watcher's log names this request. */
  readonly traceId: string;
  /** Of cyanprint's calls, as its executor writes them: the trace, and what went wrong, a sentence each. */
  readonly trace_id?: string | undefined;
  readonly data?: readonly string[] | undefined;
}

export interface RequestProblem {
  /** `body.bind.env` */
  readonly path: string;
  readonly message: string;
  /** Of a file: where, 1-based, and what to do. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly hint?: string | undefined;
}

export const PROBLEM_TYPE = "application/problem+json";

const STATUSES = {
  "usage": 400,
  "config-invalid": 422,
  "guard-refused": 409,
  "plan-stale": 409,
  "unhealthy": 503,
  "locked": 409,
  "lock-lost": 503,
  "interrupted": 503,
  "host-unreachable": 503,
  "host-forbidden": 502,
  "host-protocol": 502,
  "api-version": 502,
  "deadline": 504,
  "auth-failed": 502,
  "image-not-found": 502,
  "platform-mismatch": 502,
  "rate-limited": 503,
  "registry-unreachable": 502,
  "pull-failed": 502,
  "pull-stalled": 502,
  "disk-full": 507,
  "not-found": 404,
  "name-conflict": 409,
  "in-use": 409,
  "seed-failed": 502,
  "rejected": 502,
  "no-engine": 503,
  "queue-full": 429,
  "lease-ended": 410,
  "stale-fence": 409,
  "engine-failed": 502,
  "unconfirmed": 502,
  "no-watcher": 503,
  "docker-failed": 502,
  "git-failed": 502,
  "internal": 500,
} as const satisfies Record<ErrorCode, number>;

/** The error as a reply. The text of an unknown one stays here: it may say anything. */
export function toProblem(error: WarmError, traceId: string): Problem {
  const { code } = error;
  const status = STATUSES[code];
  if (code === "internal")
    return makeProblem({ code, status, detail: "an unexpected error: the watcher's log has it", traceId });
  return makeProblem({
    ...{ code, status, detail: error.message, hint: error.hint, address: error.address, traceId },
    logs: error.logs.length === 0 ? undefined : error.logs,
  });
}

/** Every problem of a file that was sent. What stands in its lines is the sender's own. */
export function toConfigProblem({ code, problems }: ConfigError, traceId: string): Problem {
  const status = STATUSES[code];
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const detail =
    first === undefined
      ? "the file is not valid"
      : `${first.file}:${first.line}:${first.column} ${first.message}${more}`;
  return makeProblem({
    ...{ code, status, detail, traceId },
    problems: problems.map(({ field, message, line, column, hint }) => ({
      path: field,
      message,
      line,
      column,
      hint,
    })),
  });
}

/** A problem with its type and title. */
export function makeProblem(parts: Omit<Problem, "type" | "title">): Problem {
  return { type: `urn:warm:${parts.code}`, title: STATUS_CODES[parts.status] ?? "Error", ...parts };
}
