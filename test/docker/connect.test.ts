import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { connectHost, negotiateVersion } from "../../src/docker/connection/connect.js";
import { parseEndpoint } from "../../src/docker/connection/parse-endpoint.js";
import { type FaultProxy, startFaultProxy } from "../rig/fault-proxy.js";
import type { FaultAction } from "../rig/fault-rule.js";

describe("warm and the daemon settle on the newest API that both speak", () => {
  test.each([
    ["the daemon's, when it is the older", "1.41", "1.12", "1.41"],
    ["ours, when the daemon's is newer", "1.52", "1.44", "1.47"],
    ["the same", "1.47", "1.24", "1.47"],
    ["the oldest that warm knows", "1.40", "1.12", "1.40"],
    ["the newest that warm knows, when the daemon takes no older", "1.60", "1.47", "1.47"],
    ["ours, of a daemon with another major", "2.0", "1.44", "1.47"],
    ["ours: versions are no decimals", "1.100", "1.9", "1.47"],
  ])("%s", (_name, newest, oldest, settled) => {
    expect(negotiateVersion(newest, oldest)).toBe(settled);
  });

  test.each([
    ["1.39", "1.12", "speaks API 1.39, warm needs 1.40", "upgrade Docker to 19.03 or later"],
    ["1.9", "1.1", "speaks API 1.9, warm needs 1.40", "upgrade Docker to 19.03 or later"],
    ["1.60", "1.48", "asks for API 1.48, warm speaks 1.47", "upgrade warm"],
    ["2.4", "2.0", "asks for API 2.0, warm speaks 1.47", "upgrade warm"],
  ])("of %s down to %s there is none", (newest, oldest, words, hint) => {
    expect(() => negotiateVersion(newest, oldest)).toThrow(
      expect.objectContaining({ code: "api-version", message: `the Docker daemon ${words}`, hint }),
    );
  });

  test.each([
    ["latest", "1.12"],
    ["", ""],
    ["1.41", "old"],
  ])("`%s` down to `%s` is no version", (newest, oldest) => {
    expect(() => negotiateVersion(newest, oldest)).toThrow(
      expect.objectContaining({ code: "host-protocol" }),
    );
  });
});

describe("whatever answers /version", () => {
  const VERSION = {
    Version: "28.2.2",
    ApiVersion: "1.50",
    MinAPIVersion: "1.24",
    Os: "linux",
    Arch: "amd64",
  };
  let proxy: FaultProxy;
  beforeEach(async () => {
    proxy = await startFaultProxy("/nowhere");
  });
  afterEach(() => proxy.stop());

  async function connect(action: FaultAction) {
    proxy.fault({ match: { path: /\/version$/ }, action });
    const host = await connectHost(parseEndpoint(`unix://${proxy.socketPath}`, "test", () => undefined));
    host.close();
    return host;
  }
  const answer = (body: object | string, status = 200) => connect({ kind: "answer", status, body });

  it("a daemon is asked once, and its facts are kept", async () => {
    const { apiVersion, facts } = await answer(VERSION);
    expect(apiVersion).toBe("1.47");
    expect(facts).toMatchObject({ version: "28.2.2", apiVersion: "1.47", os: "linux", arch: "amd64" });
    expect(proxy.calls).toMatchObject([{ method: "GET", path: "/version" }]);
  });

  it("one that names no oldest version is taken for one that speaks all", async () => {
    const { MinAPIVersion: _, ...old } = VERSION;
    expect((await answer({ ...old, ApiVersion: "1.40" })).apiVersion).toBe("1.40");
  });

  it.each([
    ["a page of HTML", "<html>Sign in</html>", 200, "host-protocol"],
    ["a list", [], 200, "host-protocol"],
    ["nothing", "", 200, "host-protocol"],
    ["null", "null", 200, "host-protocol"],
    ["an object without versions", {}, 200, "host-protocol"],
    ["a version that is a number", { ...VERSION, ApiVersion: 1.5 }, 200, "host-protocol"],
    ["a redirect", "", 302, "docker-failed"],
    ["a refusal", "no entry", 403, "host-forbidden"],
    ["a server of TLS", "Client sent an HTTP request to an HTTPS server.\n", 400, "host-protocol"],
    ["a server in trouble", { message: "context canceled" }, 500, "docker-failed"],
  ])("%s is no daemon", async (_name, body, status, code) => {
    await expect(answer(body, status)).rejects.toMatchObject({ code });
  });

  it("a connection that breaks off in the middle is an error at once", async () => {
    await expect(connect({ kind: "refuse" })).rejects.toMatchObject({ code: "host-unreachable" });
  });
});
