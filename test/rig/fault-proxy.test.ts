import { once } from "node:events";
import { createServer, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dockerOn } from "./docker-client.js";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.js";
import { createSandbox, type Sandbox } from "./sandbox.js";

describe("the fault proxy", () => {
  let sandbox: Sandbox;
  let proxy: FaultProxy;
  let docker: Docker;

  beforeAll(async () => {
    sandbox = await createSandbox();
    proxy = await startFaultProxy(sandbox.socketPath);
    docker = dockerOn(proxy.socketPath);
  });
  beforeEach(() => {
    proxy.clear();
    proxy.calls.length = 0;
  });
  afterAll(async () => {
    await proxy.stop();
    await sandbox.dispose();
  });

  test("records each call with its path and query apart", async () => {
    const before = Date.now();
    await docker.listContainers({ all: true });
    expect(proxy.calls).toEqual([
      { method: "GET", path: "/containers/json", query: "all=true", startedAt: expect.any(Number) },
    ]);
    expect(proxy.calls[0]?.startedAt).toBeGreaterThanOrEqual(before);
  });

  test("passes a whole life of a container on, with calls that have no body", async () => {
    const container = await createRunning(sandbox, docker, "life");
    expect((await container.inspect()).State.Running).toBe(true);
    await container.remove({ force: true });
    await expect(container.inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test("passes a hijacked exec on in both directions", async () => {
    const container = await createRunning(sandbox, docker, "exec");
    const exec = await container.exec({ Cmd: ["cat"], AttachStdin: true, AttachStdout: true, Tty: true });
    const stream = await exec.start({ hijack: true, stdin: true, Tty: true });
    stream.write("echo me\n");
    const [chunk] = await once(stream, "data");
    expect(String(chunk)).toContain("echo me");
    stream.destroy();
  });

  test("passes events on as they come", async () => {
    const events = await docker.getEvents({ filters: { type: ["volume"] } });
    const created = once(events, "data");
    await docker.createVolume({ Name: `${sandbox.prefix}-event` });
    expect(String((await created)[0])).toContain(`${sandbox.prefix}-event`);
    (events as NodeJS.ReadableStream & { destroy(): void }).destroy();
  });

  test("cuts an answer in the middle", async () => {
    proxy.fault({ match: { path: /^\/info$/ }, action: { kind: "cut", afterBytes: 20 } });
    const answer = await get(proxy, "/info");
    await expect(answer.body).rejects.toThrow("aborted");
    expect(answer.received()).toHaveLength(20);
  });

  test("cuts right after the headers by default", async () => {
    proxy.fault({ match: { path: /^\/info$/ }, action: { kind: "cut" } });
    const answer = await get(proxy, "/info");
    await expect(answer.body).rejects.toThrow("aborted");
    expect(answer.received()).toBe("");
  });

  test("truncates an answer to a clean end", async () => {
    proxy.fault({ match: { path: /^\/info$/ }, action: { kind: "truncate", afterBytes: 20 } });
    expect(await (await get(proxy, "/info")).body).toHaveLength(20);
  });

  test("stalls after so many bytes, without an end", async () => {
    proxy.fault({ match: { path: /^\/info$/ }, action: { kind: "stall", afterBytes: 20 } });
    const answer = await get(proxy, "/info");
    expect(await Promise.race([answer.body, sleep(300, "nothing")])).toBe("nothing");
    expect(answer.received()).toHaveLength(20);
    answer.destroy();
  });

  test("delays only the nth matching call", async () => {
    proxy.fault({ match: (call) => call.path === "/_ping", nth: 2, action: { kind: "delay", ms: 300 } });
    const durations = [];
    for (let n = 0; n < 3; n++) {
      const start = performance.now();
      await docker.ping();
      durations.push(performance.now() - start > 250);
    }
    expect(durations).toEqual([false, true, false]);
  });

  test("refuses a call that Docker then never sees", async () => {
    const name = `${sandbox.prefix}-refused`;
    proxy.fault({ match: { method: "POST", path: /volumes\/create/ }, action: { kind: "refuse" } });
    await expect(docker.createVolume({ Name: name })).rejects.toThrow(/ECONNRESET|hang up/);
    await expect(sandbox.docker.getVolume(name).inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  test("answers in Docker's place", async () => {
    proxy.fault({
      match: { path: /containers\/json/ },
      action: { kind: "answer", status: 500, body: { message: "out of luck" } },
    });
    await expect(docker.listContainers()).rejects.toMatchObject({
      statusCode: 500,
      json: { message: "out of luck" },
    });
  });

  test("breaks the client's connection when the other side dies in the middle", async () => {
    const socketPath = join(sandbox.dir, "dying.sock");
    const dying = createServer((_, answer) => {
      answer.write("half");
      setTimeout(() => answer.destroy(), 20);
    });
    await new Promise<void>((resolve) => dying.listen(socketPath, resolve));
    const ownProxy = await startFaultProxy(socketPath);
    await expect((await get(ownProxy, "/x")).body).rejects.toThrow("aborted");
    await ownProxy.stop();
    dying.close();
  });
});

/** A running container that does nothing, of an image that is loaded under a name of the sandbox. */
async function createRunning(sandbox: Sandbox, docker: Docker, name: string): Promise<Docker.Container> {
  const Image = await sandbox.image("neverHealthy", { to: "load" });
  const container = await docker.createContainer({ Image, name: `${sandbox.prefix}-${name}` });
  await container.start();
  return container;
}

/** A plain GET, to see what dockerode would hide. */
async function get(proxy: FaultProxy, path: string) {
  const call = request({ socketPath: proxy.socketPath, path, agent: false }).end();
  const [answer] = await once(call, "response");
  let received = "";
  answer.on("data", (chunk: Buffer) => (received += chunk));
  const body = text(answer);
  body.catch(() => {}); // looked at later
  return { body, received: () => received, destroy: () => call.destroy() };
}
