import { hostname } from "node:os";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Claims, refuseForeign } from "../../../src/server/access/check-origin.js";

const refusalOf = (claims: Partial<Claims>, allowedHosts: readonly string[] = []) =>
  refuseForeign(
    { host: "localhost:7077", origin: undefined, secFetchSite: undefined, ...claims },
    allowedHosts,
  );

describe("a program is answered under", () => {
  test.each([
    "127.0.0.1:7077",
    "127.0.0.1",
    "10.1.2.3:80",
    "[::1]:7077",
    "[2001:DB8::1]",
    "localhost",
    "LOCALHOST:7077",
    "warm.localhost:7077",
    "warm:7077",
    "warm_watch-1:7077",
    hostname(),
  ])("%s", (host) => {
    expect(refusalOf({ host })).toBeUndefined();
  });

  test("a name that is allowed, in any case and with any port", () => {
    const allowed = ["Warm.Example.com"];
    expect(refusalOf({ host: "warm.example.COM:7077" }, allowed)).toBeUndefined();
    expect(refusalOf({ host: "warm.example.com" }, allowed)).toBeUndefined();
    expect(refusalOf({ host: ["warm.example.com"] }, allowed)).toBeUndefined();
  });
});

describe("DNS rebinding does not get through:", () => {
  test.each([
    "evil.example:7077",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "notlocalhost.com",
    "evil.example.localhost.com",
    "warm.example.com.evil.example",
    "sub.warm.example.com",
    "warm.example.com.",
    "localhost.",
    "evil.",
    "127.1",
    "127.0.0.256",
  ])("the Host %s is not ours", (host) => {
    expect(refusalOf({ host }, ["warm.example.com"])).toContain("this is not");
  });

  test.each<Claims["host"]>([
    undefined,
    "",
    ":7077",
    "localhost:",
    "localhost:http",
    "localhost:7077:7077",
    "localhost, evil.example",
    "user@localhost",
    "local host",
    "localhost/x",
    "::1",
    "[::1",
    "[127.0.0.1]",
    "[:::]:80",
    "[fe80::1%25eth0]",
    "%6cocalhost",
    "löcalhost",
    "localhost\n",
    [],
    ["localhost", "localhost"],
    ["localhost", "evil.example"],
  ])("the Host %j is no proper one", (host) => {
    expect(refusalOf({ host }, ["localhost"])).toBe("the request has no proper Host");
  });
});

describe("a page of the web", () => {
  test.each<Claims["origin"]>([
    "http://evil.example",
    "null",
    "",
    "http://localhost",
    "http://localhost:3000",
    "http://localhost:7077.evil.example",
    "http://localhost:7077/",
    "http://user@localhost:7077",
    "ftp://localhost:7077",
    "chrome-extension://localhost:7077",
    "localhost:7077",
    "http://localhost:7077, http://evil.example",
    ["http://localhost:7077", "http://evil.example"],
  ])("of origin %j is refused", (origin) => {
    expect(refusalOf({ origin })).toContain("web pages");
  });

  test("of our own origin is answered", () => {
    expect(refusalOf({ origin: "http://localhost:7077", secFetchSite: "same-origin" })).toBeUndefined();
    expect(refusalOf({ host: "LocalHost:7077", origin: "https://localhost:7077" })).toBeUndefined();
    expect(refusalOf({ host: "[::1]:7077", origin: "http://[::1]:7077" })).toBeUndefined();
  });

  test("whose own name leads here is refused though it is of one origin with its Host", () => {
    const host = "evil.example:7077";
    const claims = { host, origin: `http://${host}`, secFetchSite: "same-origin" };
    expect(refusalOf(claims)).toContain("this is not");
  });

  test.each<Claims["secFetchSite"]>(["cross-site", "same-site", "", "none, none", "None", ["none", "none"]])(
    "that sends Sec-Fetch-Site %j is refused without an Origin too",
    (secFetchSite) => expect(refusalOf({ secFetchSite })).toContain("web pages"),
  );

  test("is not what somebody types into a browser", () => {
    expect(refusalOf({ secFetchSite: "none" })).toBeUndefined();
  });
});

test("no name with a dot is ours but those that are allowed, whatever else it looks like", () => {
  const label = fc.stringMatching(/^[a-zA-Z0-9_-]{1,8}$/);
  const host = fc.tuple(fc.array(label, { minLength: 1, maxLength: 4 }), fc.constantFrom("com", "x0", "a-b"));
  fc.assert(
    fc.property(host, fc.integer({ min: 0, max: 65_535 }), ([labels, last], port) => {
      const name = [...labels, last].join(".");
      fc.pre(name.toLowerCase() !== hostname().toLowerCase());
      expect(refusalOf({ host: `${name}:${port}` })).toContain("this is not");
      expect(refusalOf({ host: `${name}:${port}` }, [name.toUpperCase()])).toBeUndefined();
    }),
  );
});

test("no headers at all break it", () => {
  const header = fc.option(fc.string({ unit: "binary-ascii" }), { nil: undefined });
  fc.assert(
    fc.property(header, header, header, (host, origin, secFetchSite) => {
      const refusal = refuseForeign({ host, origin, secFetchSite }, ["a.example"]);
      if (origin !== undefined && !origin.startsWith("http")) expect(refusal).toBeTypeOf("string");
    }),
    { numRuns: 500 },
  );
});
