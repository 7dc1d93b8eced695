import { timingSafeEqual } from "node:crypto";
import { digestOf, SCOPES, type Scope, type Token, type Tokens } from "./tokens.js";

/**
 * The token that an Authorization header holds: `Bearer <token>`, or the password of `Basic`, as clients send it that have
 * only a URL to put it into (`http://warm:<token>@host`). All are compared to their end, whichever fits: how long it takes
 * says nothing.
 * @returns undefined when it is none of these
 */
export function findToken(tokens: Tokens, authorization: string | undefined): Token | undefined {
  const sent = readCredential(authorization);
  if (sent === undefined) return undefined;
  const digest = digestOf(sent);
  let found: Token | undefined;
  for (const token of tokens) if (timingSafeEqual(token.digest, digest)) found = token;
  return found;
}

export function hasScope({ scope }: Token, needed: Scope): boolean {
  return SCOPES.indexOf(scope) >= SCOPES.indexOf(needed);
}

function readCredential(authorization = ""): string | undefined {
  const [, scheme = "", rest = ""] = /^(\w+) +(\S+) *$/.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case "bearer":
      return rest;
    case "basic": {
      const pair = Buffer.from(rest, "base64").toString("utf8");
      const colon = pair.indexOf(":");
      return colon === -1 ? undefined : pair.slice(colon + 1);
    }
    default:
      return undefined;
  }
}
