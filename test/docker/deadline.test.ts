import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createConnection } from "../../src/docker/connection/connection-agent.js";
import { withDeadline } from "../../src/docker/connection/deadline.js";
import { createReader } from "../../src/docker/connection/host-reader.js";
import { parseEndpoint } from "../../src/docker/connection/parse-endpoint.js";
import { type FaultProxy, startFaultProxy } from "../rig/fault-proxy.js";
import type { FaultAction } from "../rig/fault-rule.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";

let sandbox: Sandbox;
let proxy: FaultProxy;
beforeEach(async () => {
  sandbox = await createSandbox();
  proxy = await startFaultProxy(sandbox.socketPath);
});
afterEach(async () => {
  await proxy.stop();
  await sandbox.dispose();
});

async function ask(action: FaultAction, options: { cancel?: AbortSignal } = {}) {
  proxy.fault({ match: { path: /\/info$/ }, action });
  const connection = createConnection(parseEndpoint(`unix://${proxy.socketPath}`, "test", () => undefined));
  const startedAt = performance.now();
  try {
    const reader = createReader(connection);
    return await reader.getJson("read the facts", "/info", { deadlineMs: 300, ...options });
  } finally {
    connection.close();
    expect(performance.now() - startedAt).toBeLessThan(3000);
  }
}

const never: FaultAction = { kind: "hold", until: new Promise(() => {}) };

describe("a daemon that is stuck is given up in time", () => {
  it.each<[string, FaultAction]>([
    ["before its answer", never],
    ["after the head of its answer", { kind: "stall", afterBytes: 0 }],
    ["in the middle of its answer", { kind: "stall", afterBytes: 20 }],
  ])("%s", async (_name, action) => {
    await expect(ask(action)).rejects.toMatchObject({
      code: "deadline",
      message: "read the facts: no answer within 0.3 s",
    });
  });
});

describe("a daemon that dies is told at once", () => {
  it.each<[string, FaultAction]>([
    ["before its answer", { kind: "refuse" }],
    ["after the head of its answer", { kind: "cut" }],
    ["in the middle of its answer", { kind: "cut", afterBytes: 20 }],
  ])("%s", async (_name, action) => {
    await expect(ask(action)).rejects.toMatchObject({ code: "host-unreachable" });
  });

  it("half an answer that ends in good order is no answer", async () => {
    await expect(ask({ kind: "truncate", afterBytes: 20 })).rejects.toMatchObject({ code: "host-protocol" });
  });
});

describe("an interrupt ends a call", () => {
  it("that waits", async () => {
    const cancel = new AbortController();
    const asking = ask(never, { cancel: cancel.signal });
    cancel.abort();
    await expect(asking).rejects.toMatchObject({ code: "interrupted" });
  });

  it("that has not begun, which then is not made", async () => {
    await expect(ask(never, { cancel: AbortSignal.abort() })).rejects.toMatchObject({ code: "interrupted" });
    expect(proxy.calls).toEqual([]);
  });
});

it("a call that never settles is left behind", async () => {
  const call = withDeadline("wait", 50, () => new Promise(() => {}));
  await expect(call).rejects.toMatchObject({ code: "deadline" });
});

it("a process that gave up ends by itself", async () => {
  proxy.fault({ match: {}, action: { kind: "stall", afterBytes: 5 } });
  const dist = (name: string) => JSON.stringify(resolve(`dist/docker/connection/${name}.js`));
  const script = `
    const { createConnection } = await import(${dist("connection-agent")});
    const { createReader } = await import(${dist("host-reader")});
    const { parseEndpoint } = await import(${dist("parse-endpoint")});
    const connection = createConnection(parseEndpoint("unix://${proxy.socketPath}", "test", () => undefined));
    await createReader(connection).getJson("ask", "/version", { deadlineMs: 300 }).catch((error) => console.log(error.code));
    connection.close();`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { timeout: 10_000 });
  const [output, [code]] = await Promise.all([once(child.stdout, "data"), once(child, "exit")]);
  expect(String(output)).toBe("deadline\n");
  expect(code).toBe(0);
});
