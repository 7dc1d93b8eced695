import type { ContainerCreateOptions } from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ReadyContext, waitReady } from "../../../src/apply/health/wait-ready.js";
import { systemClock } from "../../../src/apply/system-clock.js";
import type { Host } from "../../../src/docker/connection/connect.js";
import { createWriter } from "../../../src/docker/write/host-writer.js";
import type { Ready } from "../../../src/model/pool.js";
import { connectTo, runContainer } from "../../docker/running-engine.js";
import type { ImageOptions } from "../../rig/images.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";

let sandbox: Sandbox;
let host: Host;
beforeAll(async () => {
  sandbox = await createSandbox();
  host = await connectTo(sandbox);
});
afterAll(async () => {
  host.close();
  await sandbox.dispose();
});

const never = new AbortController().signal;

function ask(id: string, ready: Ready, more: Partial<ReadyContext> = {}): Promise<void> {
  const writer = createWriter(host, async () => undefined);
  const engine = { name: "game-1", address: "engine.game/1", pool: { ready } };
  return waitReady(id, engine, {
    host,
    writer,
    clock: systemClock,
    reach: "address",
    cancel: never,
    ...more,
  });
}

async function run(
  options: ImageOptions["engine"] = {},
  settings: ContainerCreateOptions = {},
): Promise<string> {
  const tag = Object.entries(options).flat().join("-").toLowerCase() || "plain";
  return runContainer(sandbox, await sandbox.image("engine", { ...options, tag, to: "load" }), settings);
}

const timeoutMs = 20_000;
const marker: Ready = { type: "log", text: "Game server connected", timeoutMs };
const page: Ready = { type: "http", port: 8080, path: "/", timeoutMs };

describe("an engine that takes a second to start", () => {
  it.each<[string, Ready, ImageOptions["engine"]]>([
    ["by its log", marker, {}],
    ["by its page", page, {}],
    ["by its port", { type: "tcp", port: 8080, timeoutMs }, {}],
    ["by a command", { type: "exec", command: ["test", "-p", "/run/commands"], timeoutMs }, {}],
    ["by Docker's own check", { type: "healthcheck", timeoutMs }, { healthcheck: true }],
  ])("is found ready %s, and not before", async (_name, ready, options) => {
    const id = await run({ startSeconds: 1, ...options });
    const started = performance.now();
    const answers: string[] = [];
    await ask(id, ready, { onWaiting: (answer) => answers.push(answer) });
    expect(performance.now() - started).toBeGreaterThan(500);
    expect(performance.now() - started).toBeLessThan(6000);
    expect(answers).toHaveLength(1);
  });
});

it("an engine that is ready is found so at once, whichever way it is asked", async () => {
  const id = await run();
  await ask(id, marker);
  for (const ready of [marker, page]) {
    const started = performance.now();
    await ask(id, ready);
    expect(performance.now() - started).toBeLessThan(500);
  }
});

it("a line that is written before Docker has noted the start counts", async () => {
  for (let round = 0; round < 5; round += 1) {
    const id = await run({}, { Cmd: ["sh", "-c", "echo Game server connected; sleep 60"] });
    await ask(id, { ...marker, timeoutMs: 3000 });
  }
});

describe("a marker of an earlier start does not count", () => {
  it("when the engine comes up again without it", async () => {
    const once = "[ -e /once ] || { touch /once; echo Game server connected; }; sleep 60";
    const id = await run({}, { Cmd: ["sh", "-c", once] });
    await ask(id, marker);
    await sandbox.docker.getContainer(id).restart({ t: 0 });
    await expect(ask(id, { ...marker, timeoutMs: 1000 })).rejects.toMatchObject({
      code: "unhealthy",
      message: "game-1 is not ready after 1 s: no line with `Game server connected` in its log",
      logs: ["Game server connected"],
    });
  });

  it("when it writes it again after its start", async () => {
    const id = await run({ startSeconds: 1 });
    await ask(id, marker);
    await sandbox.docker.getContainer(id).restart({ t: 0 });
    const started = performance.now();
    await ask(id, marker);
    expect(performance.now() - started).toBeGreaterThan(500);
  });
});

describe("an engine that", () => {
  it("ends before it is ready fails at once, with its exit code and last lines", async () => {
    const id = await run({ startSeconds: 1, failsStart: true });
    const started = performance.now();
    for (const ready of [marker, page]) {
      await expect(ask(id, ready)).rejects.toMatchObject({
        code: "unhealthy",
        message: "game-1 ended with exit code 9 before it was ready",
        address: "engine.game/1",
        logs: ["Game server starting", "fatal: no world found"],
      });
    }
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it.each<[Ready, RegExp]>([
    [
      { ...page, path: "/nothing", timeoutMs: 1000 },
      /^game-1 is not ready after 1 s: GET :8080\/nothing: HTTP 404$/,
    ],
    [
      { type: "tcp", port: 81, timeoutMs: 1000 },
      /^game-1 is not ready after 1 s: port 81: connection refused$/,
    ],
    [
      { type: "exec", command: ["test", "-e", "/no"], timeoutMs: 1000 },
      /^game-1 is not .*: `test`: exit code 1$/,
    ],
  ])("is never ready by %j fails at the deadline with the last answer", async (ready, message) => {
    const id = await run();
    await ask(id, marker);
    await expect(ask(id, ready)).rejects.toMatchObject({
      code: "unhealthy",
      message: expect.stringMatching(message),
      logs: ["Game server starting", "Game server connected"],
    });
  });

  it("has no check of Docker's can never be ready by it", async () => {
    await expect(ask(await run(), { type: "healthcheck", timeoutMs })).rejects.toMatchObject({
      message: "game-1 can never be ready: the image has no HEALTHCHECK",
    });
  });

  it("cannot be reached can never be ready by its port", async () => {
    await expect(ask(await run(), page, { reach: "none" })).rejects.toMatchObject({
      message: "game-1 can never be ready: no way to its port 8080 from here",
    });
  });

  it("keeps no log says so", async () => {
    const id = await run({}, { HostConfig: { LogConfig: { Type: "none", Config: {} } } });
    await expect(ask(id, marker)).rejects.toMatchObject({
      message: expect.stringContaining("its log driver keeps none"),
    });
  });
});

it("whoever does not want to wait any more ends it at once", async () => {
  const id = await run({ startSeconds: 30 });
  for (const ready of [marker, page]) {
    const cancel = AbortSignal.timeout(300);
    const started = performance.now();
    await expect(ask(id, ready, { cancel })).rejects.toMatchObject({ code: "interrupted" });
    expect(performance.now() - started).toBeLessThan(2000);
  }
});
