import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createClient } from "../../../src/server/client/create-client.js";
import { startFaultProxy } from "../../rig/fault-proxy.js";
import { createSandbox } from "../../rig/sandbox.js";
import { ask } from "../../server/served-pools.js";
import { projectYaml } from "../templates/template-project.js";
import { eventually, isRunning, namesOf, watch } from "../watch/watched-project.js";
import { watchAndAsk } from "./asked-watcher.js";
import { templateVersion } from "./template-version.js";

const TOKENS = {
  read: "read-0123456789abcdef",
  lease: "lease-0123456789abcdef",
  admin: "admin-0123456789abcdef",
};

it("a pull request's job plans its file through a watcher, with a token that can do nothing else", async () => {
  await using sandbox = await createSandbox();
  const { id, container, address } = namesOf(sandbox, "web");
  const images = { image: await sandbox.image("template"), blob: await sandbox.image("blob") };
  const lines = ["env: { TOKEN: { fromEnv: TOKEN }, LEVEL: info }"];
  const yaml = projectYaml(sandbox, { [id]: { ...images, lines } });
  sandbox.writeConfig(yaml);
  const tokens = Object.entries(TOKENS).map(([scope, token]) => `${scope}:${token}`);
  writeFileSync(join(sandbox.dir, "tokens"), tokens.join("\n"), { mode: 0o600 });
  await using watching = watch(sandbox, ["--listen", "127.0.0.1:0", "--token-file", "tokens"], {
    env: { TOKEN: "s3cr3t-value" },
  });
  const { url } = (await watching.line(({ msg }) => msg === "listening")) as unknown as { url: string };
  await eventually(() => isRunning(sandbox, container));
  await watching.quiet();

  const client = createClient({ url, token: TOKENS.read });
  try {
    expect(await client.planCandidate({ text: yaml, name: "warm.yaml" })).toMatchObject({ changes: [] });
    const candidate = yaml.replace("LEVEL: info", "LEVEL: debug, OTHER: { fromFile: /etc/hostname }");
    const { changes, notes } = await client.planCandidate({ text: candidate, name: "warm.yaml" });
    expect(changes.map((change) => [change.address, change.action])).toEqual([[address, "replace"]]);
    expect(changes[0]?.fields.map(({ path, after }) => [path, after])).toEqual([
      ["env.LEVEL", "debug"],
      ["env.OTHER", "(sensitive)"],
    ]);
    expect(notes).toEqual([
      `templates.${id}.env.OTHER: its value is not known here, and taken for a new one`,
    ]);
    await expect(
      client.planCandidate({ text: "version: 1\nproject: other\n", name: "x" }),
    ).rejects.toMatchObject({
      code: "guard-refused",
    });
    await expect(
      client.planCandidate({ text: "version: 1\nporject: x\n", name: "x.yaml" }),
    ).rejects.toMatchObject({
      code: "config-invalid",
      message: expect.stringContaining("x.yaml:1:1 `project` is missing"),
    });
    await expect(client.reconcile()).rejects.toMatchObject({ code: "rejected" });
    const { resources } = await client.status();
    expect(resources.find((one) => one.address === address)).toMatchObject({
      health: "healthy",
      sync: "in-sync",
    });
  } finally {
    client.close();
  }
  // What the commands say of it, on another machine.
  const env = { WARM_API: url, WARM_API_TOKEN: TOKENS.admin };
  expect((await sandbox.call(["reconcile"], { env })).stdout).toContain("Nothing is left to do.");
  expect(JSON.parse((await sandbox.call(["status", "--api", url], { env })).stdout)).toMatchObject({
    project: sandbox.project,
  });
  const refused = await sandbox.call(["reconcile", "--api", url], { env: { WARM_API_TOKEN: TOKENS.read } });
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining("a token of scope admin is needed here"),
  ]);
  expect(watching.warm.output.stderr).not.toMatch(/0123456789abcdef|s3cr3t-value/);
});

it("a watcher whose host is away answers, and says so", async () => {
  await using sandbox = await createSandbox();
  const { id, container } = namesOf(sandbox, "web");
  const images = { image: await sandbox.image("template"), blob: await sandbox.image("blob") };
  sandbox.writeConfig(projectYaml(sandbox, { [id]: images }));
  const proxy = await startFaultProxy(sandbox.socketPath);
  onTestFinished(() => proxy.stop());
  await using watching = await watchAndAsk(sandbox, ["--host", `unix://${proxy.socketPath}`]);
  await eventually(() => isRunning(sandbox, container));
  await watching.quiet();
  expect((await watching.ask("GET", "/readyz")).status).toBe(200);

  proxy.fault({ match: () => true, action: { kind: "refuse" } });
  // Something has it look.
  await sandbox.docker.getContainer(container).kill();
  await eventually(async () => (await watching.ask("GET", "/readyz")).status === 503, undefined, 60_000);
  expect((await watching.ask("GET", "/healthz")).status).toBe(200);
  const body = templateVersion("other", images);
  const [asked, planned] = await Promise.all([
    watching.ask("POST", "/template/warm", { body }),
    watching.ask("GET", "/v1/plan"),
  ]);
  expect([asked.status, asked.headers["retry-after"], asked.json().code]).toEqual([
    503,
    "1",
    "host-unreachable",
  ]);
  expect(planned.status).toBe(503);
  const status = await watching.ask("GET", "/v1/status");
  expect(status.json()).toMatchObject({ watcher: { state: "host-away" } });
});

it("a watcher whose host is away from the start says that it is alive and not ready", async () => {
  await using sandbox = await createSandbox();
  const { id } = namesOf(sandbox, "web");
  sandbox.writeConfig(projectYaml(sandbox, { [id]: { image: "acme/x:1", blob: "acme/y:1" } }));
  await using watching = await watchAndAsk(sandbox, [
    "--host",
    `unix://${join(sandbox.dir, "nothing.sock")}`,
  ]);
  expect((await watching.ask("GET", "/healthz")).json()).toEqual({ status: "OK" });
  expect((await watching.ask("GET", "/readyz")).json()).toMatchObject({
    status: 503,
    code: "host-unreachable",
  });
  expect((await watching.ask("GET", "/v1/status")).status).toBe(503);
  expect((await watching.ask("GET", "/v1/engines")).status).toBe(503);
});

it("a watcher that stands by leaves the socket to the one at work, and says over the network why", async () => {
  await using sandbox = await createSandbox();
  const { id } = namesOf(sandbox, "web");
  const images = { image: await sandbox.image("template"), blob: await sandbox.image("blob") };
  sandbox.writeConfig(projectYaml(sandbox, { [id]: images }));
  await using first = await watchAndAsk(sandbox);
  await first.quiet();
  const listen = ["--listen", "127.0.0.1:0", "--state-dir", join(sandbox.dir, "second")];
  await using second = watch(sandbox, listen, { env: { WARM_API_TOKENS: `lease:${TOKENS.lease}` } });
  const { url } = (await second.line(({ msg }) => msg === "listening")) as unknown as { url: string };
  await second.line(({ msg }) => msg === "standing by");
  const client = createClient({ url, token: TOKENS.lease });
  const checks = await client.readiness();
  client.close();
  expect(checks.find(({ name }) => name === "host")).toMatchObject({ isMet: false });
  await expect(ask(join(sandbox.dir, "second", "warm.sock"), "GET", "/")).rejects.toThrow();
  const answer = await fetch(`${url}/template/warm`, {
    method: "POST",
    headers: { "authorization": `Bearer ${TOKENS.lease}`, "content-type": "application/json" },
    body: JSON.stringify(templateVersion("other", images)),
  });
  expect([answer.status, await answer.json()]).toEqual([
    503,
    expect.objectContaining({ code: "no-watcher" }),
  ]);
  expect((await first.ask("GET", "/readyz")).status).toBe(200);
});
