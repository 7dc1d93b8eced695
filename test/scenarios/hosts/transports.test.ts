import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Certificates, makeCertificates } from "../../rig/certificates.js";
import { type FaultProxy, startFaultProxy } from "../../rig/fault-proxy.js";
import type { WarmOptions } from "../../rig/run-warm.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { writeTemplateProject } from "../templates/template-project.js";
import { type Relay, startTcpRelay, startTlsRelay } from "./relays.js";

let sandbox: Sandbox;
let proxy: FaultProxy;
let relay: Relay;
beforeAll(async () => {
  sandbox = await createSandbox();
  await writeTemplateProject(sandbox, {
    image: await sandbox.image("template", { to: "both" }),
    blob: await sandbox.image("blob", { to: "both" }),
  });
  proxy = await startFaultProxy(sandbox.socketPath);
  relay = await startTcpRelay(proxy.socketPath);
});
afterAll(async () => {
  await relay.close();
  await proxy.stop();
  await sandbox.dispose();
});

type Steps = readonly (readonly [args: readonly string[], words: string])[];

/** Runs one command after another and expects each to end well with these words. */
async function run(host: string, steps: Steps, options: WarmOptions = {}): Promise<void> {
  for (const [args, words] of steps) {
    const { code, stdout, stderr } = await sandbox.warm(["--host", host, ...args], options);
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain(words);
  }
}

const removed = [["destroy", "--auto-approve"], "Applied:"] as const;

/** Plans, applies, finds no changes, and removes all again. */
const goRound = (host: string, options?: WarmOptions) =>
  run(
    host,
    [
      [["plan"], "to create"],
      [["apply", "--auto-approve"], "Everything matches"],
      [["plan"], "No changes."],
      removed,
    ],
    options,
  );

/** The same with the network alone, which is quick. */
const goRoundNetwork = (host: string, options?: WarmOptions) => {
  const target = ["--target", `network.${sandbox.network}`];
  return run(host, [[["apply", "--auto-approve", ...target], "Applied: 1 done"], removed], options);
};

describe("over tcp", () => {
  it("a template is planned, applied and removed, by few connections", async () => {
    await goRound(`tcp://127.0.0.1:${relay.port}`);
    // Four processes; each opens as many as it asks side by side, and no more.
    expect(proxy.calls.length).toBeGreaterThan(60);
    expect(relay.connections()).toBeLessThan(30);
  });

  it("a plan opens no more connections than it has calls side by side", async () => {
    const before = relay.connections();
    proxy.calls.length = 0;
    expect((await sandbox.warm(["plan", "-H", `127.0.0.1:${relay.port}`])).code).toBe(0);
    expect(proxy.calls.length).toBeGreaterThanOrEqual(6);
    expect(relay.connections() - before).toBeLessThanOrEqual(5);
  });

  it("a port where nothing listens is told with the endpoint", async () => {
    const { code, stderr } = await sandbox.warm(["plan", "--host", "tcp://127.0.0.1:1"]);
    expect(code).toBe(1);
    expect(stderr).toContain("cannot reach Docker at tcp://127.0.0.1:1");
    expect(stderr).toContain("nothing answers there");
  });
});

describe("the environment's own daemon does not meddle with the one that --host names", () => {
  it.each([
    ["a DOCKER_HOST where nothing is", { DOCKER_HOST: "tcp://127.0.0.1:1" }],
    ["a DOCKER_HOST that cannot be understood", { DOCKER_HOST: "tcp://h:99999" }],
    [
      "certificates that are not there",
      { DOCKER_HOST: "tcp://127.0.0.1:1", DOCKER_CERT_PATH: "/nowhere", DOCKER_TLS_VERIFY: "1" },
    ],
    ["a time-out", { DOCKER_HOST: "tcp://127.0.0.1:1", DOCKER_CLIENT_TIMEOUT: "1" }],
  ])("%s", async (_name, env) => {
    await goRoundNetwork(`unix://${sandbox.socketPath}`, { env });
  });
});

describe("over TLS with client certificates", () => {
  let certificates: Certificates;
  let tls: Relay;
  beforeAll(async () => {
    const dir = join(sandbox.dir, "certificates");
    mkdirSync(dir);
    certificates = makeCertificates(dir);
    tls = await startTlsRelay(sandbox.socketPath, certificates);
  });
  afterAll(() => tls.close());

  const verified = (folder: string) => ({ env: { DOCKER_TLS_VERIFY: "true", DOCKER_CERT_PATH: folder } });
  const plan = (host: string, options: WarmOptions) => sandbox.warm(["plan", "--host", host], options);

  it("a template is planned, applied and removed", async () => {
    await goRound(`tcp://127.0.0.1:${tls.port}`, verified(certificates.client));
  });

  it("the daemon is known by its name as well as by its address", async () => {
    await goRoundNetwork(`tcp://localhost:${tls.port}`, verified(certificates.client));
  });

  it("a daemon of an authority that is not ours is refused before anything is asked", async () => {
    const { code, stderr } = await plan(`tcp://127.0.0.1:${tls.port}`, verified(certificates.stranger));
    expect(code).toBe(1);
    expect(stderr).toMatch(/no trusted connection to Docker at tcp:\/\/127\.0\.0\.1:\d+ .*certificate/);
    expect(stderr).toMatch(/hint: .*ca\.pem/);
  });

  it("a daemon that wants a certificate and gets none says so", async () => {
    const { code, stderr } = await plan(`tcp://127.0.0.1:${tls.port}`, verified(certificates.ca));
    expect(code).toBe(1);
    expect(stderr).toMatch(/certificate required/);
    expect(stderr).toMatch(/hint: .*cert\.pem/);
  });

  it("https never falls back to a plain connection", async () => {
    const { code, stderr } = await plan(`https://127.0.0.1:${relay.port}`, {});
    expect(code).toBe(1);
    expect(stderr).toMatch(/no trusted connection .*(does not speak TLS|wrong version number)/);
  });
});
