import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { makeProblem, PROBLEM_TYPE } from "../problem.js";
import type { Access } from "./access.js";
import { refuseForeign } from "./check-origin.js";
import { findToken, hasScope } from "./check-token.js";

export interface GuardSettings {
  readonly access: Access;
  readonly allowedHosts: readonly string[];
}

/** Nobody comes in who may not, before a body is read: no page of the web, and over the network nobody without a token. */
export function addGuards(app: FastifyInstance, { access, allowedHosts }: GuardSettings): void {
  app.addHook("onRequest", (request, reply, done) => {
    const { origin, "sec-fetch-site": secFetchSite } = request.headers;
    // Of several Node would show the first alone.
    const { host } = request.raw.headersDistinct;
    const why = refuseForeign({ host, origin, secFetchSite }, allowedHosts);
    if (why !== undefined)
      refuse(
        request,
        reply,
        403,
        why,
        "ask from a program, by an address or a name that `--allow-host` lets in",
      );
    else if (access.kind === "socket" || isLetIn(request, reply, access)) done();
  });
}

/** @returns whether it is; else it has been answered */
function isLetIn(
  request: FastifyRequest,
  reply: FastifyReply,
  access: Extract<Access, { kind: "tokens" }>,
): boolean {
  const scope = request.is404 ? "read" : (request.routeOptions.config.scope ?? "admin");
  if (scope === "public") return true;
  const { authorization } = request.headers;
  const token = findToken(access.tokens(), authorization);
  if (token === undefined) {
    reply.header("www-authenticate", 'Bearer realm="warm"');
    const detail = authorization === undefined ? "a token is needed here" : "this token is none of ours";
    refuse(request, reply, 401, detail, "send it as `Authorization: Bearer <token>`");
    return false;
  }
  request.token = token;
  if (hasScope(token, scope)) return true;
  refuse(request, reply, 403, `a token of scope ${scope} is needed here, this one has ${token.scope}`);
  return false;
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  status: 401 | 403,
  detail: string,
  hint?: string,
) {
  const problem = makeProblem({
    code: status === 401 ? "auth-failed" : "rejected",
    status,
    detail,
    hint,
    traceId: request.id,
  });
  return reply.code(status).type(PROBLEM_TYPE).send(problem);
}
