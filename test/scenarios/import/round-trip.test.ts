import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type FaultProxy, startFaultProxy } from "../../rig/fault-proxy.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";

const SECRETS = { DEPLOY_TOKEN: "s3cr3t-of-the-file", API_KEY: "k3y-in-the-open" };

/** Texts that would be something else in YAML if they were not quoted. */
const HOSTILE = {
  EMPTY: "",
  YES: "yes",
  NUMBER: "1.10",
  OCTAL: "010",
  NULL: "~",
  COLON: "a: b # c",
  QUOTES: `it's "quoted" \\ and {braced}`,
  TAG: "!!binary aGk=",
  ANCHOR: "&a *a",
  LINES: "one\n  two\n\n---\nprune: all\n",
  CONTROL: "\u001b[31mred\u001b[0m\u202e\u0085",
  SPACES: "  around  ",
  LONG: "x".repeat(100_000),
};

describe("a project that warm has made, imported", () => {
  let sandbox: Sandbox;
  let proxy: FaultProxy;
  let printed: string;
  beforeAll(async () => {
    sandbox = await createSandbox();
    proxy = await startFaultProxy(sandbox.socketPath);
    const [image, blob, engine] = await Promise.all([
      sandbox.image("template"),
      sandbox.image("blob"),
      sandbox.image("engine"),
    ]);
    const { project, prefix, network } = sandbox;
    sandbox.writeConfig(
      JSON.stringify({
        version: 1,
        project,
        prefix,
        network,
        templates: {
          [`${sandbox.id}-hello`]: {
            image,
            blob,
            env: { ...HOSTILE, PORT: "5551", DEPLOY_TOKEN: { fromEnv: "DEPLOY_TOKEN" } },
            port: 5551,
            health: { timeout: "20s" },
            resources: { memory: "64MiB", cpus: 0.912345678901, pids: 64 },
          },
        },
        sessions: { "pr-1": { template: `${sandbox.id}-hello` } },
        engines: {
          game: {
            image: engine,
            size: 2,
            command: ["/rig/run", "--name", "a b"],
            env: { MODE: "warm" },
            resources: { memory: "96MiB", swap: "32MiB" },
            logs: { maxSize: "1MiB" },
            security: { noNewPrivileges: false },
            ports: [8080],
            ready: { log: "Game server connected", timeout: "20s" },
          },
        },
      }),
    );
    const { code, stdout, stderr } = await sandbox.call(["apply", "--auto-approve"], { env: SECRETS });
    expect(code, stdout + stderr).toBe(0);
    proxy.calls.length = 0;
    const imported = await sandbox.call([
      "--host",
      `unix://${proxy.socketPath}`,
      "import",
      "--project",
      project,
    ]);
    expect(imported.code, imported.stderr).toBe(0);
    printed = imported.stdout;
  });
  afterAll(async () => {
    await proxy.stop();
    await sandbox.dispose();
  });

  it("is only read", () => {
    expect(proxy.calls.length).toBeGreaterThan(4);
    expect(proxy.calls.filter(({ method }) => method !== "GET" && method !== "HEAD")).toEqual([]);
  });

  it("is a file that plans no changes", async () => {
    mkdirSync(join(sandbox.dir, "elsewhere"));
    const file = sandbox.writeConfig(printed, "elsewhere/warm.yaml");
    const valid = await sandbox.call(["-f", file, "validate"], { env: SECRETS });
    expect(valid.code, valid.stdout).toBe(0);
    const { code, stdout, stderr } = await sandbox.call(["-f", file, "plan"], { env: SECRETS });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^No changes\. 9 resources match/m);
  });

  it("has every text as it was, and the secret only by its name", () => {
    const { templates, engines, sessions } = parse(printed);
    const [[id, template]] = Object.entries(templates) as [
      string,
      { env: unknown; resources: unknown },
    ][] as [[string, { env: unknown; resources: unknown }]];
    expect(template.env).toEqual({ ...HOSTILE, PORT: "5551", DEPLOY_TOKEN: { fromEnv: "DEPLOY_TOKEN" } });
    expect(template.resources).toEqual({ memory: "64MiB", cpus: 0.912345678901, pids: 64 });
    expect(sessions).toEqual({ "pr-1": { template: id } });
    expect(engines.game).toMatchObject({
      size: 2,
      command: ["/rig/run", "--name", "a b"],
      resources: { memory: "96MiB", swap: "32MiB" },
      logs: { maxSize: "1MiB", maxFiles: 3 },
      security: { noNewPrivileges: false },
      ports: [8080],
    });
    expect(printed).not.toContain(SECRETS.DEPLOY_TOKEN);
    expect(printed.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu)?.filter((one) => one !== "\n") ?? []).toEqual([]);
  });
});
