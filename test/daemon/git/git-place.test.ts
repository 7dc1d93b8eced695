import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gitEnvironment } from "../../../src/daemon/git/git-environment.js";
import { type GitSettings, readGitPlace } from "../../../src/daemon/git/git-place.js";
import { nextPollMs } from "../../../src/daemon/git/git-poller.js";
import { WarmError } from "../../../src/errors.js";

const read = (settings: Partial<GitSettings>) =>
  readGitPlace({ url: "/srv/infra.git", ...settings }, "/home/me");
const remoteOf = (url: string) => read({ url }).remote;
const refusal = (settings: Partial<GitSettings>) => {
  try {
    read(settings);
  } catch (error) {
    if (error instanceof WarmError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "taken";
};

describe("where a repository is", () => {
  it.each([
    ["/srv/infra.git", "/srv/infra.git", "file"],
    ["infra.git", "/home/me/infra.git", "file"],
    ["../infra", "/home/infra", "file"],
    ["./a:b", "/home/me/a:b", "file"],
    ["file:///srv/infra.git", "file:///srv/infra.git", "file"],
    ["https://acme.test/infra.git", "https://acme.test/infra.git", "https"],
    ["HTTPS://acme.test/infra.git", "https://acme.test/infra.git", "https"],
    ["git@acme.test:team/infra.git", "git@acme.test:team/infra.git", "ssh"],
    ["acme.test:infra", "acme.test:infra", "ssh"],
    ["ssh://git@acme.test:2222/infra.git", "ssh://git@acme.test:2222/infra.git", "ssh"],
    ["git://acme.test/infra.git", "git://acme.test/infra.git", "git"],
  ])("%s is taken", (text, url, protocol) => {
    expect(remoteOf(text)).toEqual({ url, shown: url, protocol, credentials: undefined });
  });

  it.each([
    ["", "is no URL"],
    ["-x", "is no URL"],
    ["--upload-pack=touch /tmp/x", "is no URL"],
    ["ext::sh -c id", "helper program"],
    ["fd::17", "helper program"],
    ["ftp://acme.test/x", "uses `ftp`"],
    ["javascript://x", "uses `javascript`"],
    ["ssh://-oProxyCommand=id/x", "looks like an option"],
    ["ssh://%2DoProxyCommand=id/x", "looks like an option"],
    ["ssh://-x@acme.test/x", "looks like an option"],
    ["-oProxyCommand=id:x", "is no URL"],
    ["-x@acme.test:y", "is no URL"],
    ["a@-oProxyCommand=id:x", "looks like an option"],
    ["https://acme.test/\ninfra", "is no URL"],
    ["https://acme.test/\u0000", "is no URL"],
  ])("%j is refused", (url, why) => {
    expect(refusal({ url })).toMatch(/^usage: what `--git` names /);
    expect(refusal({ url })).toContain(why);
  });

  it("what a URL holds of credentials is in nothing that is given to git or shown", () => {
    const { remote, authorization, secrets } = read({
      url: "https://ann:hunt%40er2@acme.test/infra?token=abc#x",
    });
    expect(remote).toMatchObject({
      url: "https://acme.test/infra?token=abc",
      shown: "https://acme.test/infra?…",
    });
    expect(authorization).toBe(`Basic ${Buffer.from("ann:hunt@er2").toString("base64")}`);
    expect(secrets).toContain("hunt@er2");
    expect(remoteOf("ssh://git:hunter2@acme.test/x").url).toBe("ssh://git@acme.test/x");
    expect(remoteOf("git://ann:hunter2@acme.test/x").url).toBe("git://acme.test/x");
  });

  it("no text at all becomes an option, a helper or another protocol", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.string({ unit: "binary" })), (url) => {
        if (refusal({ url }) !== "taken") return;
        const { url: given, protocol } = remoteOf(url);
        expect(given).toMatch(/^[^-]/);
        expect(given).not.toMatch(/^[\w+.-]+::/);
        if (protocol === "file") expect(given).toMatch(/^(\/|file:\/\/)/);
      }),
    );
  });
});

describe("which file of it", () => {
  it.each([
    "-x",
    "--upload-pack=id",
    "a b",
    "a..b",
    "a~1",
    "a^",
    "a:b",
    "a?",
    "a*",
    "a[b",
    "a\\b",
    "@{-1}",
    "@",
    "/a",
    "a/",
    "a//b",
    "a/.b",
    "a.lock",
    "a.",
    "a\n",
    "",
  ])("the ref %j is refused", (ref) =>
    expect(refusal({ ref })).toBe("usage: what `--ref` names is no branch and no tag"),
  );
  it.each(["main", "v1.4.0", "refs/heads/main", "feature/one-two", "HEAD", "ünï"])(
    "the ref %s is taken",
    (ref) => {
      expect(read({ ref }).ref).toBe(ref);
    },
  );
  it("a commit, which never changes, is refused", () => {
    expect(refusal({ ref: "a".repeat(40) })).toBe("usage: `--ref` names a commit, which never changes");
  });
  it.each(["/etc/passwd", "../x", "a/../../x", "a/..", ".git/config", "a/", "", "a\nb"])(
    "the path %j is refused",
    (path) => expect(refusal({ path })).toBe("usage: what `--path` names is no file of the repository"),
  );
  it("a path is taken with single slashes", () => {
    expect(read({ path: "deploy//./shop/warm.yaml" }).path).toBe("deploy/shop/warm.yaml");
  });
  it.each([0, 999, 25 * 3_600_000])("a poll of %s ms is refused", (pollMs) => {
    expect(refusal({ pollMs })).toContain("`--poll` is shorter than 1s or longer than 24h");
  });
});

describe("how git is run", () => {
  const url = "https://acme.test/infra.git";
  const token = "ghp_secret";
  const configOf = (env: Readonly<Record<string, string | undefined>>) =>
    Array.from({ length: Number(env.GIT_CONFIG_COUNT) }, (_, index) => [
      env[`GIT_CONFIG_KEY_${index}`],
      env[`GIT_CONFIG_VALUE_${index}`],
    ]);

  it("a token is sent to its URL alone, and not where that redirects to", () => {
    const env = gitEnvironment({ WARM_GIT_TOKEN: token }, read({ url, token }), false);
    const header = `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
    expect(configOf(env)).toContainEqual([`http.${url}.extraHeader`, header]);
    expect(configOf(env)).toContainEqual(["http.followRedirects", "false"]);
    expect(JSON.stringify(env)).not.toContain(token);
  });

  it("a token is for http and https, and holds no line break", () => {
    expect(refusal({ url: "git@acme.test:x", token })).toContain("WARM_GIT_TOKEN is for http and https");
    expect(refusal({ url, token: "a\nX-Other: b" })).toContain("line break");
    expect(refusal({ url, token, user: "a\rb" })).toContain("line break");
  });

  it("nothing is run that a repository brings along, and nobody is asked", () => {
    const env = gitEnvironment({}, read({}), false);
    const settings = Object.fromEntries(configOf(env));
    expect(settings).toMatchObject({
      ...{
        "core.hooksPath": "/dev/null",
        "core.fsmonitor": "false",
        "submodule.recurse": "false",
        "gc.auto": "0",
      },
    });
    expect(env).toMatchObject({
      GIT_ALLOW_PROTOCOL: "file:http:https:ssh:git",
      GIT_TERMINAL_PROMPT: "0",
      GIT_ASKPASS: "",
    });
  });

  it("ssh asks nobody unless the user has said how it is run", () => {
    expect(gitEnvironment({}, read({}), false).GIT_SSH_COMMAND).toContain("BatchMode=yes");
    expect(gitEnvironment({}, read({}), true).GIT_SSH_COMMAND).toBeUndefined();
    expect(gitEnvironment({ GIT_SSH: "own" }, read({}), false).GIT_SSH_COMMAND).toBeUndefined();
    expect(gitEnvironment({ GIT_SSH_COMMAND: "own" }, read({}), false).GIT_SSH_COMMAND).toBe("own");
  });

  it("settings in the environment stay, but for what leads git elsewhere or has it tell too much", () => {
    const given = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "http.sslCAInfo", GIT_CONFIG_VALUE_0: "/ca" };
    const env = gitEnvironment(
      { ...given, GIT_DIR: "/x", GIT_TRACE_CURL: "1", HOME: "/home/ann" },
      read({}),
      false,
    );
    expect(configOf(env)[0]).toEqual(["http.sslCAInfo", "/ca"]);
    expect(configOf(env).length).toBeGreaterThan(5);
    expect([env.GIT_DIR, env.GIT_TRACE_CURL, env.HOME]).toEqual([undefined, undefined, "/home/ann"]);
  });
});

it("what does not answer is asked less often, up to a few intervals, and never later than asked while it answers", () => {
  expect([0, 1, 2, 3, 4, 40].map((failures) => nextPollMs(1_000, failures, 1))).toEqual([
    1_000, 1_000, 2_000, 4_000, 4_000, 4_000,
  ]);
  expect(nextPollMs(1_000, 0, 0)).toBe(900);
});
