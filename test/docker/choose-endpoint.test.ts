import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resolveEndpoint } from "../../src/docker/connection/endpoint.js";
import { type DockerConfig, makeDockerConfig } from "./docker-config.js";

let config: DockerConfig;
beforeEach(() => {
  config = makeDockerConfig();
});
afterEach(() => config.remove());

const resolve = (env: Record<string, string> = {}, host?: string) =>
  resolveEndpoint({ host, env, home: config.home });
const usage = (message: RegExp, hint?: RegExp) =>
  expect.objectContaining({
    code: "usage",
    message: expect.stringMatching(message),
    ...(hint && { hint: expect.stringMatching(hint) }),
  });

describe("of all that name a daemon, the first wins", () => {
  const ALL = { DOCKER_HOST: "tcp://from-env:1", DOCKER_CONTEXT: "asked" };
  const { DOCKER_HOST: _, ...withContext } = ALL;
  beforeEach(() => {
    config.addContext("asked", { Host: "tcp://from-asked:1" });
    config.addContext("current", { Host: "tcp://from-current:1" });
    config.write({ currentContext: "current" });
  });

  it.each([
    ["--host", "--host", ALL, "tcp://from-flag:1", "tcp://from-flag:1"],
    ["DOCKER_HOST", "DOCKER_HOST is set", ALL, undefined, "tcp://from-env:1"],
    ["DOCKER_CONTEXT", "DOCKER_CONTEXT is set", withContext, undefined, "tcp://from-asked:1"],
    ["the current context", "`current` is the current docker context", {}, undefined, "tcp://from-current:1"],
  ])("%s", (_name, source, env, host, url) => {
    expect(resolve(env, host)).toMatchObject({ url, source });
  });

  it("variables that are set to nothing count as not set", () => {
    const env = { DOCKER_HOST: "", DOCKER_CONTEXT: "", DOCKER_CONFIG: "" };
    expect(resolve(env, "").url).toBe("tcp://from-current:1");
  });

  it("DOCKER_CONFIG names another folder of contexts", () => {
    expect(resolve({ DOCKER_CONFIG: join(config.home, "other") }).transport.kind).toBe("unix");
  });

  it("the context `default` is a socket of this machine", () => {
    expect(resolve({ DOCKER_CONTEXT: "default" }).transport.kind).toBe("unix");
  });
});

describe("without any name the first socket that is there is taken", () => {
  const hasSystemSocket = existsSync("/var/run/docker.sock");
  const place = (...path: string[]) => {
    const file = join(config.home, ...path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, "");
    return file;
  };

  it.skipIf(hasSystemSocket)("rootless Docker, then Docker Desktop, then podman", () => {
    const env = { XDG_RUNTIME_DIR: join(config.home, "run") };
    const weakestFirst = [
      ["run", "podman", "podman.sock"],
      [".docker", "desktop", "docker.sock"],
      [".docker", "run", "docker.sock"],
      ["run", "docker.sock"],
    ];
    for (const path of weakestFirst) {
      const file = place(...path);
      expect(resolve(env).url).toBe(`unix://${file}`);
    }
  });

  it.skipIf(hasSystemSocket)("else the system's, and the reason says that it is not there", () => {
    expect(resolve()).toMatchObject({
      url: "unix:///var/run/docker.sock",
      source: "no socket was found, this is the default",
    });
  });
});

describe("a context that is of no use is told, never passed over", () => {
  it("one that does not exist", () => {
    expect(() => resolve({ DOCKER_CONTEXT: "nope" })).toThrow(
      usage(/`nope` does not exist/, /docker context ls/),
    );
  });

  it("one without a Docker endpoint", () => {
    config.addContext("empty", {});
    expect(() => resolve({ DOCKER_CONTEXT: "empty" })).toThrow(usage(/names no Docker endpoint/));
  });

  it("a config file that is no JSON, of which nothing is repeated", () => {
    config.write('{ "auths": { "r": { "auth": "aHVudGVyMg==" } }, oops');
    expect(() => resolve()).toThrow(usage(/config\.json: it is no JSON$/, /--host/));
    expect(resolve({}, "unix:///s").url).toBe("unix:///s");
  });
});
