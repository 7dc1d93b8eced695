import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WarmError } from "../../../src/errors.js";
import { parseListenAddress } from "../../../src/server/access/parse-listen-address.js";

function refusalOf(text: string): string {
  try {
    parseListenAddress(text);
  } catch (error) {
    if (error instanceof WarmError && error.code === "usage" && error.hint !== undefined)
      return error.message;
    throw error;
  }
  return "none";
}

describe("an address to listen at", () => {
  test.each([
    ["127.0.0.1:7077", "127.0.0.1", 7077],
    ["0.0.0.0:7077", "0.0.0.0", 7077],
    ["[::1]:7077", "::1", 7077],
    ["[::]:65535", "::", 65535],
    ["[fe80::1%eth0]:7077", "fe80::1%eth0", 7077],
    ["localhost:0", "localhost", 0],
    ["build-1.example.com:7077", "build-1.example.com", 7077],
  ])("%s is taken apart", (text, host, port) => {
    expect(parseListenAddress(text)).toEqual({ host, port });
  });

  test("without a host is one that no other machine reaches", () => {
    expect(parseListenAddress(":7077")).toEqual({ host: "127.0.0.1", port: 7077 });
  });

  test.each([
    ["", "names no port"],
    ["7077", "names no port"],
    ["127.0.0.1", "names no port"],
    ["127.0.0.1:", "names no port"],
    ["127.0.0.1:http", "names no port"],
    ["[::1]", "names no port"],
    ["127.0.0.1:65536", "at most 65535"],
    ["127.0.0.1:99999999", "at most 65535"],
    ["127.0.0.1:-1", "no host and port"],
    ["http://127.0.0.1:7077", "is a URL"],
    ["/run/warm.sock", "is a path"],
    ["::1:7077", "in brackets"],
    ["::1", "in brackets"],
    ["fe80::1:7077", "in brackets"],
    ["[127.0.0.1]:7077", "no IPv6 address"],
    ["[:::]:7077", "no IPv6 address"],
    ["[]:7077", "no IPv6 address"],
    ["*:7077", "neither an address nor a name"],
    [" 127.0.0.1:7077", "neither an address nor a name"],
    ["-a.example:7077", "neither an address nor a name"],
    ["warm:secret@host:7077", "no host and port"],
  ])("%j is refused with what is wrong", (text, why) => {
    expect(refusalOf(text)).toContain(why);
  });

  test.each(["127.1:7077", "0:7077", "2130706433:7077", "0x7f000001:7077", "127.0.0.256:7077", "a.0x1:1"])(
    "%s, which systems read in different ways, is refused",
    (text) => expect(refusalOf(text)).toContain("neither an address nor a name"),
  );

  test("that is anything at all is taken or refused, and never breaks", () => {
    const parts = fc.constantFrom("127.0.0.1", "[", "]", ":", "::1", "7077", "localhost", "%", ".", "/", " ");
    const text = fc.oneof(
      fc.string({ unit: "binary-ascii" }),
      fc.array(parts).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(text, (written) => {
        if (refusalOf(written) !== "none") return;
        const { host, port } = parseListenAddress(written);
        expect(host).not.toBe("");
        expect(port).toBeLessThan(65_536);
        expect(written.endsWith(`:${port}`) || /:0\d*$/.test(written)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
