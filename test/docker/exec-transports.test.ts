import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { connectHost, type Host } from "../../src/docker/connection/connect.js";
import { parseEndpoint } from "../../src/docker/connection/parse-endpoint.js";
import { readTlsFiles, type TlsFiles } from "../../src/docker/connection/tls-files.js";
import { openExecSession } from "../../src/docker/exec/exec-session.js";
import { makeCertificates } from "../rig/certificates.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { dialStdio, makeFakeSsh } from "../scenarios/hosts/fake-ssh.js";
import { type Relay, startTcpRelay, startTlsRelay } from "../scenarios/hosts/relays.js";
import { runContainer } from "./running-engine.js";

let sandbox: Sandbox;
let engine: string;
const open: { host?: Host; relay?: Relay } = {};

beforeAll(async () => {
  sandbox = await createSandbox();
  engine = await runContainer(sandbox, await sandbox.image("engine", { to: "load" }));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  open.host?.close();
  await open.relay?.close();
});
afterAll(() => sandbox.dispose());

async function connect(url: string, tls?: TlsFiles): Promise<Host> {
  open.host = await connectHost(parseEndpoint(url, "test", () => tls));
  return open.host;
}

async function expectCommands(host: Host): Promise<void> {
  const session = await openExecSession(host, engine);
  const large = "0123456789".repeat(40_000);
  await session.putFile("/tmp/large", large);
  await session.putFile("/tmp/small", "it's small\n");
  expect(await session.run(["cat", "/tmp/small", "/nowhere"])).toMatchObject({
    exitCode: 1,
    stdout: "it's small\n",
    stderr: expect.stringContaining("/nowhere"),
  });
  expect((await session.run(["wc", "-c", "/tmp/large"])).stdout).toBe("400000 /tmp/large\n");
  await expect(session.run(["sleep", "60"], { timeoutMs: 300 })).rejects.toMatchObject({ code: "deadline" });
  expect(await session.run(["true"])).toMatchObject({ exitCode: 0 });
  await session.close();
}

it("commands go over TCP", async () => {
  open.relay = await startTcpRelay(sandbox.socketPath);
  await expectCommands(await connect(`tcp://127.0.0.1:${open.relay.port}`));
});

it("commands go over TLS", async () => {
  const dir = join(sandbox.dir, "certificates");
  mkdirSync(dir);
  const certificates = makeCertificates(dir);
  open.relay = await startTlsRelay(sandbox.socketPath, certificates);
  await expectCommands(
    await connect(`tcp://127.0.0.1:${open.relay.port}`, readTlsFiles(certificates.client, true)),
  );
});

it("commands go over ssh", async () => {
  const { env } = makeFakeSsh(sandbox.dir, dialStdio(sandbox.socketPath));
  vi.stubEnv("PATH", env.PATH ?? "");
  await expectCommands(await connect("ssh://build-7"));
});

it("more sessions than the agent has sockets are open side by side", async () => {
  const host = await connect(`unix://${sandbox.socketPath}`);
  const sessions = await Promise.all(Array.from({ length: 40 }, () => openExecSession(host, engine)));
  const outputs = await Promise.all(
    sessions.map((session, index) => session.run(["printf", "%s", String(index)])),
  );
  expect(outputs.map(({ stdout }) => Number(stdout))).toEqual(sessions.map((_, index) => index));
  await Promise.all(sessions.map((session) => session.close()));
});

it("a connection that breaks in the middle of a command fails it, and the next one opens another", async () => {
  const relay = await startTcpRelay(sandbox.socketPath);
  const host = await connect(`tcp://127.0.0.1:${relay.port}`);
  const session = await openExecSession(host, engine);
  const run = session.run(["sleep", "60"]);
  setTimeout(() => void relay.close(), 200);
  await expect(run).rejects.toMatchObject({ code: "engine-failed" });
  expect(session.isOpen).toBe(false);
  await expect(session.run(["true"])).rejects.toMatchObject({ code: "host-unreachable" });
  await session.close();
});
