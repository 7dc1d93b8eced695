import { execFile } from "node:child_process";
import { chmodSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFaultProxy } from "../../rig/fault-proxy.js";
import type { FaultAction } from "../../rig/fault-rule.js";
import type { WarmResult } from "../../rig/run-warm.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply, ownedNames } from "../seeding/seeded-template.js";
import { through } from "../templates/proxied-apply.js";
import { writeTemplateProject } from "../templates/template-project.js";

const mainScript = resolve(import.meta.dirname, "../../../dist/cli/main.js");

/** Every request that a plan is made of. */
const REQUESTS = ["/version", "/info", "/images/json", "/networks", "/volumes", "/containers/json"];

const FAULTS: Readonly<Record<string, FaultAction>> = {
  "dies before it answers": { kind: "refuse" },
  "dies in the middle of its answer": { kind: "cut", afterBytes: 15 },
  "ends its answer too early": { kind: "truncate", afterBytes: 15 },
  "answers HTML": { kind: "answer", status: 200, body: "<html><body>Welcome!</body></html>" },
  "answers the wrong shape": { kind: "answer", status: 200, body: { Volumes: "many" } },
  "answers a list of the wrong shape": { kind: "answer", status: 200, body: [{ Id: 7 }] },
  "answers null": { kind: "answer", status: 200, body: "null" },
  "answers 500": { kind: "answer", status: 500, body: { message: "something broke" } },
};

describe("a host that cannot be observed", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox();
    await writeTemplateProject(sandbox);
    await apply(sandbox);
  });
  afterAll(() => sandbox.dispose());

  function expectNoPlan({ code, stdout, stderr, ms }: WarmResult): void {
    expect({ code, stdout }, stderr).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^error: .+\nhint: .+\n$/s);
    expect(stderr).not.toContain("    at ");
    expect(ms).toBeLessThan(25_000);
  }

  async function runWithFault(path: string, action: FaultAction, args = ["plan"]): Promise<WarmResult> {
    const proxy = await startFaultProxy(sandbox.socketPath);
    proxy.fault({ match: ({ path: asked }) => asked.endsWith(path), action });
    try {
      return await sandbox.warm(args, through(proxy));
    } finally {
      await proxy.stop();
    }
  }

  it.each(Object.entries(FAULTS))("because it %s is an error, whatever was asked", async (_what, action) => {
    for (const result of await Promise.all(REQUESTS.map((path) => runWithFault(path, action))))
      expectNoPlan(result);
  });

  it("because it falls silent is an error after some seconds, not a wait for ever", async () => {
    const stall: FaultAction = { kind: "stall", afterBytes: 10 };
    for (const result of await Promise.all(REQUESTS.map((path) => runWithFault(path, stall)))) {
      expectNoPlan(result);
      expect(result.stderr).toContain("no answer within");
    }
  });

  it("is left as it is by apply and destroy", async () => {
    const before = await ownedNames(sandbox);
    for (const command of ["apply", "destroy"]) {
      const fault: FaultAction = { kind: "cut", afterBytes: 15 };
      expectNoPlan(await runWithFault("/containers/json", fault, [command, "--auto-approve"]));
    }
    expect(await ownedNames(sandbox)).toEqual(before);
  });

  it("because there is no socket, or nobody behind it, is an error that says where warm looked", async () => {
    const missing = `unix://${join(sandbox.dir, "none.sock")}`;
    const file = `unix://${sandbox.writeConfig("", "file.sock")}`;
    const port = await freePort();
    for (const endpoint of [missing, file, `tcp://127.0.0.1:${port}`]) {
      const result = await sandbox.warm(["plan"], { env: { DOCKER_HOST: endpoint } });
      expectNoPlan(result);
      expect(result.stderr).toContain(endpoint);
    }
  });

  it("for lack of permission is an error that says so", async () => {
    const proxy = await startFaultProxy(sandbox.socketPath);
    chmodSync(proxy.socketPath, 0o600);
    // Another user has to come as far as the file and the socket.
    for (const start of [sandbox.dir, dirname(proxy.socketPath)])
      for (let dir = start; dir !== "/run" && dir !== "/"; dir = dirname(dir)) chmodSync(dir, 0o755);
    const env = { PATH: process.env.PATH, DOCKER_HOST: `unix://${proxy.socketPath}`, HOME: "/nonexistent" };
    const stderr = await new Promise<string>((settle) => {
      const options = { cwd: sandbox.dir, env, uid: 65_534, gid: 65_534 };
      execFile(process.execPath, [mainScript, "plan"], options, (error, _stdout, stderr) =>
        settle(`${error?.code}: ${stderr}`),
      );
    });
    expect(stderr).toMatch(/^1: error: no permission to use Docker at .+\nhint: .+group `docker`/);
    await proxy.stop();
  });
});

/** A port of loopback that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === "object" && address !== null ? address.port : 0;
}
