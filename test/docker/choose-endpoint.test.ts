import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resolveEndpoint } from "../../src/docker/endpoint.js";
import { makeCertificates } from "../rig/certificates.js";
import { type DockerConfig, makeDockerConfig, TLS_FILES } from "./docker-config.js";

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

describe("certificates", () => {
  const kindOf = (env: Record<string, string>, host = "tcp://h") => resolve(env, host).transport;

  it.each(["1", "true", "yes", "0"])(
    "DOCKER_TLS_VERIFY=%s means TLS with the files in DOCKER_CERT_PATH",
    (value) => {
      const env = { DOCKER_TLS_VERIFY: value, DOCKER_CERT_PATH: config.writeCertificates("certificates") };
      expect(kindOf(env)).toMatchObject({
        kind: "tls",
        port: 2376,
        tls: { ca: Buffer.from("ca.pem"), cert: Buffer.from("cert.pem"), rejectUnauthorized: true },
      });
    },
  );

  it("an empty DOCKER_TLS_VERIFY means none, also with a DOCKER_CERT_PATH", () => {
    const DOCKER_CERT_PATH = config.writeCertificates("certificates");
    expect(kindOf({ DOCKER_TLS_VERIFY: "", DOCKER_CERT_PATH }).kind).toBe("tcp");
  });

  it("without DOCKER_CERT_PATH they are in the folder of Docker's config", () => {
    config.writeCertificates(".docker");
    expect(kindOf({ DOCKER_TLS_VERIFY: "1" }).kind).toBe("tls");
    const DOCKER_CONFIG = config.writeCertificates("other", ["ca.pem"]);
    expect(kindOf({ DOCKER_TLS_VERIFY: "1", DOCKER_CONFIG })).toMatchObject({ tls: { cert: undefined } });
  });

  it("a verified connection without an authority to trust is refused, not made another way", () => {
    const env = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/nowhere" };
    expect(() => kindOf(env)).toThrow(usage(/there is no \/nowhere\/ca\.pem/, /DOCKER_CERT_PATH/));
  });

  it("DOCKER_TLS alone encrypts and trusts every daemon, as with the docker CLI", () => {
    expect(kindOf({ DOCKER_TLS: "1" })).toMatchObject({ kind: "tls", tls: { rejectUnauthorized: false } });
  });

  it("https is TLS whatever the environment says", () => {
    expect(kindOf({}, "https://h:1")).toMatchObject({ kind: "tls", tls: { rejectUnauthorized: true } });
  });

  it("one that cannot be read is told by its name", () => {
    mkdirSync(join(config.home, "odd", "ca.pem"), { recursive: true });
    const env = { DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: join(config.home, "odd") };
    expect(() => kindOf(env)).toThrow(usage(/cannot read .*ca\.pem/));
  });

  it("a context brings its own, and those of the environment are another daemon's", () => {
    config.addContext("secure", { Host: "tcp://h", SkipTLSVerify: false }, TLS_FILES);
    config.addContext("bare", { Host: "tcp://h", SkipTLSVerify: false });
    config.addContext("trusting", { Host: "tcp://h:1", SkipTLSVerify: true });
    const inContext = (name: string) => resolve({ DOCKER_CONTEXT: name, DOCKER_TLS_VERIFY: "1" }).transport;
    expect(inContext("secure")).toMatchObject({
      kind: "tls",
      port: 2376,
      tls: { key: Buffer.from("key.pem") },
    });
    expect(inContext("bare")).toMatchObject({ kind: "tcp", port: 2375 });
    expect(inContext("trusting")).toMatchObject({ kind: "tls", tls: { rejectUnauthorized: false } });
  });
});

const hasDockerCli = spawnSync("docker", ["--version"]).status === 0;

it.skipIf(!hasDockerCli)(
  "a context that the docker CLI made and chose is found with its certificates",
  () => {
    const { client: files } = makeCertificates(config.home);
    const docker = (...args: string[]) =>
      execFileSync("docker", args, { env: { PATH: process.env.PATH, DOCKER_CONFIG: config.dir }, stdio: "pipe" });
    const material = ["ca", "cert", "key"].map((name) => `${name}=${join(files, `${name}.pem`)}`);
    docker("context", "create", "build-farm", "--docker", ["host=tcp://h:2376", ...material].join(","));
    docker("context", "use", "build-farm");
    expect(resolve()).toMatchObject({
      url: "tcp://h:2376",
      source: "`build-farm` is the current docker context",
      transport: { kind: "tls", tls: { ca: readFileSync(join(files, "ca.pem")), rejectUnauthorized: true } },
    });
  },
);

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
