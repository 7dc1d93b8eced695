import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findToken, hasScope } from "../../../src/server/access/check-token.js";
import { digestOf, SCOPES, type Token } from "../../../src/server/access/tokens.js";

const aToken = (text: string, scope: Token["scope"] = "read"): Token => ({
  name: `of ${text}`,
  scope,
  digest: digestOf(text),
});
const READ = "0123456789abcdef";
const ADMIN = "s3cr3t:with/colon=and+more";
const TOKENS = [aToken(READ), aToken(ADMIN, "admin")];
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;

describe("a token is found", () => {
  test.each([
    `Bearer ${READ}`,
    `bearer ${READ}`,
    `BEARER  ${READ}`,
    basic(`warm:${READ}`),
    basic(`:${READ}`),
    basic(`somebody else:${READ}`),
    basic(`warm:${READ}`).replace("Basic", "bASIC"),
  ])("in %s", (header) => {
    expect(findToken(TOKENS, header)).toBe(TOKENS[0]);
  });

  test("with colons in it, as it is", () => {
    expect(findToken(TOKENS, basic(`warm:${ADMIN}`))).toBe(TOKENS[1]);
    expect(findToken(TOKENS, `Bearer ${ADMIN}`)).toBe(TOKENS[1]);
  });

  test("in what a client makes of a URL with it", () => {
    const { username, password } = new URL(`http://warm:${encodeURIComponent(ADMIN)}@host:7077`);
    expect(findToken(TOKENS, basic(`${username}:${decodeURIComponent(password)}`))).toBe(TOKENS[1]);
  });
});

describe("no token is found", () => {
  test.each([
    undefined,
    "",
    "Bearer",
    "Bearer ",
    READ,
    `Bearer ${READ}x`,
    `Bearer ${READ.slice(1)}`,
    `Bearer ${READ.toUpperCase()}`,
    `Bearer ${READ} ${READ}`,
    `Bearer ${READ}, Bearer ${READ}`,
    `Bearer\t${READ}`,
    `Digest ${READ}`,
    `Bearer ${digestOf(READ).toString("hex")}`,
    basic(READ),
    basic(`${READ}:`),
    basic(`warm:x:${READ}`),
    "Basic ",
    "Basic !!!!",
    `Basic warm:${READ}`,
  ])("in %s", (header) => {
    expect(findToken(TOKENS, header)).toBeUndefined();
  });

  test("where none is known", () => {
    expect(findToken([], `Bearer ${READ}`)).toBeUndefined();
  });
});

test("a scope includes those below it", () => {
  const allowed = SCOPES.map((has) => SCOPES.filter((needed) => hasScope(aToken(READ, has), needed)));
  expect(allowed).toEqual([["read"], ["read", "lease"], ["read", "lease", "admin"]]);
});

const secret = fc.stringMatching(/^[!-~]{16,40}$/);

test("of many tokens the right one is found, wherever it stands and however it is sent", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(secret, { minLength: 1, maxLength: 8 }),
      fc.nat(),
      fc.string(),
      (texts, at, user) => {
        const tokens = texts.map((text) => aToken(text));
        const index = at % texts.length;
        expect(findToken(tokens, `Bearer ${texts[index]}`)).toBe(tokens[index]);
        expect(findToken(tokens, basic(`${user.replaceAll(":", "")}:${texts[index]}`))).toBe(tokens[index]);
      },
    ),
  );
});

test("any header that does not hold a known token is nobody's, and breaks nothing", () => {
  const scheme = fc.constantFrom("", "Bearer ", "Basic ", "basic  ", "Bearer");
  const rest = fc.oneof(
    fc.string({ unit: "binary-ascii" }),
    fc.string({ unit: "grapheme" }),
    fc.base64String(),
    secret,
  );
  fc.assert(
    fc.property(scheme, rest, (before, after) => {
      expect(findToken(TOKENS, before + after)).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});
