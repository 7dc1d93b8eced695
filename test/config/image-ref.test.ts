import { describe, expect, test } from "vitest";
import { formatImageRef, lookupKey, parseImageRef } from "../../src/model/image-ref.js";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

function parseValid(text: string) {
  const ref = parseImageRef(text);
  if ("problem" in ref) throw new Error(`${text} ${ref.problem}`);
  return ref;
}

describe("an image reference is read by the distribution grammar", () => {
  test.each([
    ["nginx", "nginx:latest", "nginx:latest"],
    ["nginx:1.27", "nginx:1.27", "nginx:1.27"],
    ["library/nginx", "nginx:latest", "nginx:latest"],
    ["docker.io/nginx", "nginx:latest", "nginx:latest"],
    ["index.docker.io/acme/web:1", "acme/web:1", "acme/web:1"],
    ["acme/web", "acme/web:latest", "acme/web:latest"],
    ["127.0.0.1:5000/a/b:1", "127.0.0.1:5000/a/b:1", "127.0.0.1:5000/a/b:1"],
    ["127.0.0.1:5000/a/b", "127.0.0.1:5000/a/b:latest", "127.0.0.1:5000/a/b:latest"],
    ["localhost/a", "localhost/a:latest", "localhost/a:latest"],
    [
      "registry.example:443/a/b/c/d",
      "registry.example:443/a/b/c/d:latest",
      "registry.example:443/a/b/c/d:latest",
    ],
    ["[::1]:5000/a", "[::1]:5000/a:latest", "[::1]:5000/a:latest"],
    [`acme/web@${DIGEST}`, `acme/web@${DIGEST}`, `acme/web@${DIGEST}`],
    [`acme/web:1@${DIGEST}`, `acme/web:1@${DIGEST}`, `acme/web@${DIGEST}`],
    [`127.0.0.1:5000/a/b:1@${DIGEST}`, `127.0.0.1:5000/a/b:1@${DIGEST}`, `127.0.0.1:5000/a/b@${DIGEST}`],
    ["a_b/c__d/e-f/g---h/i.j", "a_b/c__d/e-f/g---h/i.j:latest", "a_b/c__d/e-f/g---h/i.j:latest"],
  ])("%s", (text, canonical, lookup) => {
    const ref = parseValid(text);
    expect(formatImageRef(ref)).toBe(canonical);
    expect(lookupKey(ref)).toBe(lookup);
    expect(parseValid(canonical)).toEqual(ref);
  });

  test.each([
    ["", "names no repository"],
    [":1", "names no repository"],
    ["acme/Web", "repository names are lower case"],
    ["acme//web", "not a repository name"],
    ["/acme/web", "not a repository name"],
    ["acme/web:", "malformed tag"],
    ["acme/web:a b", "malformed tag"],
    [`acme/web:${"x".repeat(129)}`, "malformed tag"],
    ["acme/web@sha256:abc", "malformed digest"],
    [`acme/web@${DIGEST}@${DIGEST}`, "more than one `@`"],
    ["https://acme/web", "malformed registry host"],
    ["-bad.host/web", "malformed registry host"],
    ["acme/we b", "not a repository name"],
    ["acme/web\n", "not a repository name"],
    ["a".repeat(256), "longer than 255"],
    ["acme/../web", "not a repository name"],
  ])("but not %j", (text, clause) => {
    expect(parseImageRef(text)).toEqual({ problem: expect.stringContaining(clause) });
  });
});
