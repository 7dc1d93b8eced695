import type { FastifyInstance } from "fastify";
import { makeProblem, PROBLEM_TYPE } from "./problem.js";

/**
 * Notes the routes that are added from here on; `finish` answers every other method at their paths with 405 and what
 * is allowed there, before a body is read.
 */
export function addMethodRefusals(app: FastifyInstance): { finish(): void } {
  const methodsOf = new Map<string, Set<string>>();
  let isFinished = false;
  app.addHook("onRoute", ({ url, method }) => {
    if (isFinished) return;
    const methods = methodsOf.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one.toUpperCase());
    methodsOf.set(url, methods);
  });
  return {
    finish() {
      isFinished = true;
      for (const [url, methods] of methodsOf) {
        const allowed = [...methods].sort().join(", ");
        app.route({
          method: app.supportedMethods.filter((method) => !methods.has(method)),
          url,
          config: { scope: "read" },
          schema: { hide: true },
          onRequest: async (request, reply) => {
            const detail = `${request.method} is not allowed here: use ${allowed}`;
            const problem = makeProblem({ code: "usage", status: 405, detail, traceId: request.id });
            return reply.code(405).header("allow", allowed).type(PROBLEM_TYPE).send(problem);
          },
          // Never reached: the hook has answered.
          handler: () => undefined,
        });
      }
    },
  };
}
