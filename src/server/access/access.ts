import type { Token, Tokens } from "./tokens.js";

/** Who may ask: whoever can open the socket, or whoever has a token. */
export type Access = { readonly kind: "socket" } | { readonly kind: "tokens"; readonly tokens: () => Tokens };

/**
 * What a route asks of its caller. read: looks only · lease: uses what is there, and asks for templates and sessions ·
 * admin: changes how it is kept. public: for probes, which have no token.
 */
export type RouteScope = "public" | Token["scope"];

declare module "fastify" {
  interface FastifyContextConfig {
    /** Without one it is `admin`. */
    scope?: RouteScope;
    /** Whose shapes its problems have; default ours. */
    wire?: "cyanprint";
  }
  interface FastifyRequest {
    /** What it was let in with; undefined on a socket. */
    token?: Token;
  }
}
