import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askCredentialHelper } from "../../src/docker/connection/credential-helper.js";
import { createCredentialFinder, registryAuthHeader } from "../../src/docker/connection/credentials.js";
import { toWarmError } from "../../src/errors.js";

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("the credentials of a registry", () => {
  let dir: string;
  let env: NodeJS.ProcessEnv;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "credentials-"));
    env = { PATH: `${dir}:${process.env.PATH}` };
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  function writeConfig(config: object | string): void {
    mkdirSync(join(dir, ".docker"), { recursive: true });
    writeFileSync(
      join(dir, ".docker", "config.json"),
      typeof config === "string" ? config : JSON.stringify(config),
    );
  }
  function writeHelper(name: string, script: string): void {
    const file = join(dir, `docker-credential-${name}`);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }
  const find = (registry: string) => createCredentialFinder({ env, home: dir })(registry);
  const failure = (registry: string) =>
    find(registry).then(
      () => "",
      (error) => toWarmError(error).message,
    );
  const answer = (Username: string, Secret: string) => `echo '${JSON.stringify({ Username, Secret })}'`;

  it("are none without a Docker config file, or without an entry", async () => {
    expect(await find("r:5000")).toBeUndefined();
    writeConfig({ auths: { "other:5000": { auth: base64("u:p") }, "r:5000": {} } });
    expect(await find("r:5000")).toBeUndefined();
    expect(await find("r")).toBeUndefined();
  });

  it("come from the file's `auths`, with or without scheme and path", async () => {
    writeConfig({
      auths: {
        "https://a:5000/v2/": { auth: base64("user:pass:with:colons") },
        "b": { username: "u", password: "p" },
        "c": { identitytoken: "token", auth: base64("u:p") },
        "https://index.docker.io/v1/": { auth: base64("hub:p") },
      },
    });
    const named = (username: string, password: string, serveraddress: string) => ({
      username,
      password,
      serveraddress,
    });
    expect(await find("a:5000")).toEqual(named("user", "pass:with:colons", "a:5000"));
    expect(await find("b")).toEqual(named("u", "p", "b"));
    expect(await find("c")).toEqual({ identitytoken: "token", serveraddress: "c" });
    expect(await find("docker.io")).toEqual(named("hub", "p", "https://index.docker.io/v1/"));
  });

  it("are looked for where DOCKER_CONFIG says", async () => {
    writeConfig({ auths: { r: { auth: base64("home:p") } } });
    writeFileSync(join(dir, "config.json"), JSON.stringify({ auths: { r: { auth: base64("other:p") } } }));
    env.DOCKER_CONFIG = dir;
    expect(await find("r")).toMatchObject({ username: "other" });
  });

  it("come from the registry's own helper before the store, and from the store before the file", async () => {
    writeHelper("own", answer("own", "p"));
    writeHelper(
      "store",
      `read server\nif [ "$server" = unknown ]; then echo "credentials not found in native keychain"; exit 1; fi\n${answer("<token>", "t")}`,
    );
    const auth = base64("file:p");
    writeConfig({
      auths: { a: { auth }, b: { auth }, unknown: { auth } },
      credHelpers: { a: "own" },
      credsStore: "store",
    });
    expect(await find("a")).toMatchObject({ username: "own" });
    expect(await find("b")).toEqual({ identitytoken: "t", serveraddress: "b" });
    expect(await find("unknown")).toMatchObject({ username: "file" });
  });

  it("are asked for once a registry", async () => {
    writeHelper(
      "counting",
      `echo x >> "${dir}/count"; [ $(wc -l < "${dir}/count") = 1 ] && ${answer("u", "p")}`,
    );
    writeConfig({ credsStore: "counting" });
    const finder = createCredentialFinder({ env, home: dir });
    const both = await Promise.all([finder("r"), finder("r")]);
    expect([...both, await finder("r")]).toEqual(
      Array(3).fill({ username: "u", password: "p", serveraddress: "r" }),
    );
  });

  it("are asked for again after five minutes, and at once after a failure", async () => {
    writeHelper(
      "counting",
      `echo x >> "${dir}/count"; [ $(wc -l < "${dir}/count") != 1 ] && ${answer("u", "p")}`,
    );
    writeConfig({ credsStore: "counting" });
    let nowMs = 0;
    const finder = createCredentialFinder({ env, home: dir, now: () => nowMs });
    const asked = () => readFileSync(join(dir, "count"), "utf8").length / 2;
    await expect(finder("r")).rejects.toMatchObject({ code: "auth-failed" });
    expect(await finder("r")).toMatchObject({ username: "u" });
    nowMs = 299_000;
    await finder("r");
    expect(asked()).toBe(2);
    nowMs = 301_000;
    await finder("r");
    expect(asked()).toBe(3);
  });

  it.each([
    ["{", "config.json is no JSON object"],
    ["[null", "config.json is no JSON object"],
    ["null", "config.json is no JSON object"],
    ['{"auths":"r"}', "config.json: auths is no JSON object"],
    ['{"auths":{"r":[]}}', 'config.json: auths["r"] is no JSON object'],
    ['{"credHelpers":3}', "config.json: credHelpers is no JSON object"],
    ['{"credsStore":"a\\u0000b"}', "cannot be started"],
    ['{"auths":{"r":{"auth":"%%%"}}}', 'config.json: auths["r"].auth is not the base64 of `user:password`'],
  ])("in a malformed file %s are an error", async (text, message) => {
    writeConfig(text);
    expect(await failure("r")).toContain(message);
  });

  it("in a file that cannot be read are an error", async () => {
    mkdirSync(join(dir, ".docker", "config.json"), { recursive: true });
    expect(await failure("r")).toMatch(/^cannot read the log-ins: EISDIR/);
  });

  it.each([
    ["exit 3", "ended with code 3"],
    ["echo 'pass: command not found'; exit 1", "ended with code 1"],
    ["echo my-s3cret", "its answer is no JSON"],
    ['echo \'{"Username":"u"}\'', "its answer lacks `Username` or `Secret`"],
    ["echo my-s3cret >&2; kill -9 $$", "ended with code null"],
  ])("of a helper that does `%s` are an error that shows no secret", async (script, why) => {
    writeHelper("bad", script);
    writeConfig({ credsStore: "bad" });
    expect(await failure("r")).toBe(`credential helper \`docker-credential-bad\`: ${why}`);
  });

  it("of a helper that is not there, or never answers, are an error", async () => {
    writeConfig({ credsStore: "absent" });
    expect(await failure("r")).toBe("credential helper `docker-credential-absent`: cannot be started");
    writeHelper("slow", "sleep 60");
    const asking = askCredentialHelper("slow", "r", env, 300);
    await expect(asking).rejects.toMatchObject({ code: "auth-failed", message: /no answer within/ });
  });

  it("travel as base64url, in which `+` and `/` have no place", () => {
    const header = registryAuthHeader({ username: "u", password: "~~~???ÿÿÿ", serveraddress: "r" });
    expect(header).toMatch(/^[\w-]+$/);
    expect(JSON.parse(Buffer.from(header, "base64url").toString())).toMatchObject({ password: "~~~???ÿÿÿ" });
  });
});
