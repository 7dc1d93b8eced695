import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resolveEndpoint } from "../../src/docker/connection/endpoint.js";
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
      execFileSync("docker", args, {
        env: { PATH: process.env.PATH, DOCKER_CONFIG: config.dir },
        stdio: "pipe",
      });
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
