import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { WatchLog } from "../daemon/log/watch-log.js";
import { type ErrorCode, toWarmError, WarmError } from "../errors.js";
import { ConfigError } from "../model/problem.js";
import { makeProblem, PROBLEM_TYPE, type Problem, toConfigProblem, toProblem } from "./problem.js";
import { requestProblems } from "./request-problems.js";

/** What the same request may be worth trying after, in seconds, where nothing better is known. */
const RETRY_AFTER_S = 1;

/** Answers a request with what was thrown, once. What nobody foresaw is logged with its stack. */
export function sendError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  log: WatchLog,
): FastifyReply {
  const problem = describeProblem(error, request);
  if (problem.code === "internal") {
    const { stack, message } = error instanceof Error ? error : new Error(String(error));
    log.error("request failed", {
      ...{ method: request.method, path: request.url.split("?")[0], traceId: request.id },
      ...{ detail: message, stack },
    });
  }
  if ((problem.status === 503 || problem.status === 429) && !reply.hasHeader("retry-after"))
    reply.header("retry-after", String(RETRY_AFTER_S));
  return reply.code(problem.status).type(PROBLEM_TYPE).send(problem);
}

/** What whoever asks a server that is going down is told. */
export const stoppingError = () =>
  new WarmError("no-watcher", "the watcher is stopping", { hint: "ask again once `warm watch` runs" });

export function sendStopping(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header("retry-after", String(RETRY_AFTER_S));
  return reply.code(503).type(PROBLEM_TYPE).send(toProblem(stoppingError(), request.id));
}

/** What was thrown as the body of a reply, in the shape that the callers of its route read. */
export function describeProblem(error: unknown, request: FastifyRequest): Problem {
  const problem = describe(error, request.id);
  if (request.routeOptions.config?.wire !== "cyanprint") return problem;
  // As its executor writes it, beside our own members.
  const data = problem.problems?.map(({ path, message }) => `${path}: ${message}`) ?? [problem.detail];
  return { ...problem, trace_id: problem.traceId, data };
}

function describe(error: unknown, traceId: string): Problem {
  if (error instanceof ConfigError) return toConfigProblem(error, traceId);
  if (error instanceof WarmError) return toProblem(error, traceId);
  const { validation, validationContext = "body", code, statusCode } = error as Partial<FastifyError>;
  if (validation !== undefined) {
    const problems = requestProblems(validation, validationContext);
    const detail = problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
    return makeProblem({ code: "usage", status: 400, detail, problems, traceId });
  }
  const refusal = REFUSALS[code ?? ""];
  if (refusal !== undefined) return makeProblem({ code: "usage", ...refusal, traceId });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return makeProblem({
      code: codeOf(statusCode),
      status: statusCode,
      detail: (error as Error).message,
      traceId,
    });
  return toProblem(toWarmError(error), traceId);
}

const codeOf = (status: number): ErrorCode => (status === 404 ? "not-found" : "usage");

const bad = (detail: string, hint?: string) => ({ status: 400, detail, hint });

/** What Fastify refuses by itself, in our words. */
const REFUSALS: Readonly<Record<string, Pick<Problem, "status" | "detail" | "hint">>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { status: 413, detail: "the body is too large" },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    status: 415,
    detail: "the body is not said to be JSON",
    hint: "send it with `Content-Type: application/json`",
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: bad("the body is said to be JSON and is empty"),
  FST_ERR_CTP_INVALID_JSON_BODY: bad("the body is no JSON"),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: bad("the body is not as long as it is said to be"),
  FST_ERR_BAD_URL: bad("the path is not a valid one"),
};
