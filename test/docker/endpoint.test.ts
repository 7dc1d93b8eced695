import { describe, expect, it } from "vitest";
import { parseEndpoint } from "../../src/docker/connection/parse-endpoint.js";
import type { WarmError } from "../../src/errors.js";

const plain = () => undefined;
const parse = (text: string) => parseEndpoint(text, "--host", plain);
const tls = { ca: undefined, cert: undefined, key: undefined, rejectUnauthorized: true };

describe("an endpoint is read as the docker CLI reads it", () => {
  it.each([
    ["unix:///run/d.sock", { kind: "unix", socketPath: "/run/d.sock" }, "unix:///run/d.sock"],
    ["unix://", { kind: "unix", socketPath: "/var/run/docker.sock" }, "unix:///var/run/docker.sock"],
    ["tcp://10.0.0.1:1234", { kind: "tcp", host: "10.0.0.1", port: 1234 }, "tcp://10.0.0.1:1234"],
    ["tcp://build-7", { kind: "tcp", host: "build-7", port: 2375 }, "tcp://build-7:2375"],
    ["tcp://build-7/", { kind: "tcp", host: "build-7", port: 2375 }, "tcp://build-7:2375"],
    ["build-7:1234", { kind: "tcp", host: "build-7", port: 1234 }, "tcp://build-7:1234"],
    ["10.0.0.1", { kind: "tcp", host: "10.0.0.1", port: 2375 }, "tcp://10.0.0.1:2375"],
    [":1234", { kind: "tcp", host: "localhost", port: 1234 }, "tcp://localhost:1234"],
    ["tcp://", { kind: "tcp", host: "localhost", port: 2375 }, "tcp://localhost:2375"],
    ["tcp://[::1]:1234", { kind: "tcp", host: "::1", port: 1234 }, "tcp://[::1]:1234"],
    ["tcp://[fe80::1]", { kind: "tcp", host: "fe80::1", port: 2375 }, "tcp://[fe80::1]:2375"],
    ["http://proxy:80", { kind: "tcp", host: "proxy", port: 80 }, "tcp://proxy:80"],
    ["http://proxy:2375", { kind: "tcp", host: "proxy", port: 2375 }, "tcp://proxy:2375"],
    ["ssh://build-7", { kind: "ssh", host: "build-7" }, "ssh://build-7"],
    ["ssh://me@build-7:22", { kind: "ssh", host: "build-7", user: "me", port: 22 }, "ssh://me@build-7:22"],
    ["ssh://[::1]:22", { kind: "ssh", host: "::1", port: 22 }, "ssh://[::1]:22"],
    ["ssh://a%40b@h", { kind: "ssh", host: "h", user: "a@b" }, "ssh://a%40b@h"],
    ["ssh://h/run/d.sock", { kind: "ssh", host: "h", socketPath: "/run/d.sock" }, "ssh://h/run/d.sock"],
  ])("%s", (text, transport, url) => {
    expect(parse(text)).toEqual({ transport, url, source: "--host" });
  });

  it.each([
    ["https://proxy", 443],
    ["https://proxy:443", 443],
    ["https://proxy:2376", 2376],
    ["tcp://proxy", 2376],
    ["tcp://proxy:2375", 2375],
  ])("%s with TLS is at port %d", (text, port) => {
    const { transport } = parseEndpoint(text, "--host", () => tls);
    expect(transport).toMatchObject({ kind: "tls", host: "proxy", port });
  });

  it("https asks for certificates, which may be none, and is never made plain", () => {
    const asked: boolean[] = [];
    parseEndpoint("https://proxy", "--host", (isRequired) => {
      asked.push(isRequired);
      return tls;
    });
    expect(asked).toEqual([true]);
  });
});

describe("what is no endpoint is refused", () => {
  const texts = [
    ...["tcp://h:99999", "tcp://[::1", "ftp://h", "npipe:////./pipe/docker_engine", "fd://", "tcp://h h"],
    ...["tcp://h:1/prefix", "tcp://h:1?x=1", "ssh://h?x=1", "ssh://", "ssh://h#x", "tcp://h:1#x"],
    ...["ssh://-oProxyCommand=x", "ssh://-x@h", "ssh://%2Dx@h", "ssh://me@-h", "ssh://%zz@h", "ssh://%00@h"],
  ];
  it.each(texts)("%s", (text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: "usage" }));
  });

  it("a bare path is taken for a socket that was meant", () => {
    expect(() => parse("/run/d.sock")).toThrow(
      expect.objectContaining({ hint: "for a socket, write unix:///run/d.sock" }),
    );
  });
});

describe("a password in an endpoint is never printed", () => {
  const print = (text: string) => {
    try {
      return JSON.stringify(parse(text));
    } catch (error) {
      const { message, hint, cause } = error as WarmError;
      return `${message} ${hint} ${String(cause)}`;
    }
  };
  it.each([
    "tcp://me:hunter2@h:2375",
    "ssh://me:hunter2@h",
    "ssh://me:hunter2@h:99999",
    "ssh://me:x:hunter2@h:99999",
    "ssh://me:x@hunter2@h:99999",
    "ssh://me:x/hunter2@h:99999",
    "ssh://:hunter2@h:99999",
    "me:hunter2@h:99999",
    "tcp://me:hunter2@h:1/prefix",
    "ftp://me:hunter2@h",
  ])("%s", (text) => {
    expect(print(text)).not.toContain("hunter2");
  });
});
