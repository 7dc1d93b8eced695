import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createClient } from "../../src/server/client/create-client.js";
import { socketPathIn } from "../../src/server/listen/socket-path.js";
import { startServer } from "../../src/server/listen/start-server.js";
import { createMemoryServed } from "./memory-served.js";
import { ask, servePools, until } from "./served-pools.js";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const start = (socketPath: string) => startServer({ served: createMemoryServed(), socketPath, log: quiet });

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "warm-socket-"));
  path = socketPathIn(directory);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What a process leaves that was killed while it listened. */
function leaveStaleSocket(): void {
  const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script]);
}

describe("the socket", () => {
  it("is its owner's alone, and gone when the server is closed", async () => {
    const server = await start(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  it("is its owner's alone from the moment it is there, whatever the umask", async () => {
    // Who connects before a later chmod stays connected.
    const modes: number[] = [];
    const { listen } = Server.prototype;
    const listening = vi.spyOn(Server.prototype, "listen").mockImplementation(function (
      this: Server,
      ...args
    ) {
      const result = Reflect.apply(listen, this, args);
      modes.push(statSync(path).mode & 0o777);
      return result;
    });
    const before = process.umask(0);
    try {
      await (await start(path)).close();
      expect(process.umask()).toBe(0);
    } finally {
      process.umask(before);
      listening.mockRestore();
    }
    expect(modes).toEqual([0o600]);
  });

  it("of a killed process is replaced", async () => {
    leaveStaleSocket();
    expect(statSync(path).isSocket()).toBe(true);
    const server = await start(path);
    expect((await ask(path, "GET", "/")).status).toBe(200);
    await server.close();
  });

  it("of a killed process is replaced by one of many that want to", async () => {
    leaveStaleSocket();
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => start(path)));
    const servers = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect((await ask(path, "GET", "/")).status).toBe(200);
    expect(servers.length).toBe(1);
    for (const result of results)
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "in-use" });
    await servers[0]?.close();
  });

  it("on which somebody answers is left alone", async () => {
    const first = await start(path);
    await expect(start(path)).rejects.toMatchObject({
      code: "in-use",
      message: `another \`warm watch\` answers at ${path}`,
    });
    expect((await ask(path, "GET", "/")).status).toBe(200);
    await first.close();
  });

  it("does not take the place of a file", async () => {
    writeFileSync(path, "precious");
    await expect(start(path)).rejects.toMatchObject({ code: "rejected" });
    expect(statSync(path).isFile()).toBe(true);
  });

  it("with too long a path is refused with what to do", () => {
    expect(() => socketPathIn(`/tmp/${"x".repeat(90)}`)).toThrow(
      expect.objectContaining({ code: "rejected", hint: expect.stringContaining("--state-dir") }),
    );
    expect(socketPathIn(`/${"x".repeat(92)}`)).toHaveLength(103);
  });
});

describe("closing the server", () => {
  it("sends whoever waits away with 503, at once", async () => {
    await using served = await servePools({}, () => ({ graceMs: 60_000 }));
    await served.client.lease("valheim", { holder: "a" });
    const waiting = served.ask("POST", "/v1/engines/valheim/leases", { body: { holder: "b" } });
    await until(() => served.pools.queued() === 1);
    const startedAt = performance.now();
    const closed = served.server.close();
    const answer = await waiting;
    expect(answer.status).toBe(503);
    expect(answer.headers["retry-after"]).toBe("1");
    expect(answer.json()).toMatchObject({ code: "no-watcher", detail: "the watcher is stopping" });
    await closed;
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(served.pools.queued()).toBe(0);
  });

  it("gives commands a while, then their callers 503", async () => {
    await using served = await servePools({}, () => ({ graceMs: 100 }));
    const { id, fence } = await served.client.lease("valheim", { holder: "a" });
    const running = served.client.exec(id, fence, ["hang"]);
    const told = expect(running).rejects.toMatchObject({
      code: "no-watcher",
      message: "the watcher is stopping",
    });
    await until(() => served.pools.commands() === 1);
    const startedAt = performance.now();
    await served.server.close();
    await told;
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(80);
  });

  it("cuts off clients that keep half a request to themselves", async () => {
    await using served = await servePools({}, () => ({ graceMs: 50 }));
    const socket = connect(served.socketPath);
    socket.on("error", () => undefined);
    await new Promise<void>((settle) => socket.write("POST / HTTP/1.1\r\nHos", () => settle()));
    await delay(20);
    const startedAt = performance.now();
    await served.server.close();
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it("answers a new request on an open connection with 503", async () => {
    await using served = await servePools({}, () => ({ graceMs: 1_000 }));
    const { id, fence } = await served.client.lease("valheim", { holder: "a" });
    const running = served.client.exec(id, fence, ["hang"]).catch(() => undefined);
    await until(() => served.pools.commands() === 1);
    const socket = connect(served.socketPath).setEncoding("utf8");
    let got = "";
    socket.on("data", (text) => (got += text));
    socket.write("GET / HTTP/1.1\r\nHost: w\r\n");
    await delay(20);
    const closed = served.server.close();
    socket.write("\r\n");
    await until(() => got.includes("no-watcher"));
    expect(got).toMatch(/^HTTP\/1.1 503/);
    await Promise.all([closed, running]);
  });
});

describe("a client", () => {
  it("without a watcher says so and what to do", async () => {
    await expect(createClient(path).views()).rejects.toMatchObject({
      code: "no-watcher",
      message: `nothing answers at ${path}: is \`warm watch\` running?`,
      hint: expect.stringContaining("--state-dir"),
    });
    leaveStaleSocket();
    await expect(createClient(path).views()).rejects.toMatchObject({ code: "no-watcher" });
  });

  it("throws what the pools throw, with the hint", async () => {
    await using served = await servePools();
    await expect(served.client.view("nope")).rejects.toMatchObject({
      code: "not-found",
      message: "there is no pool nope",
      hint: "use `valheim`",
    });
    const { id, fence } = await served.client.lease("valheim", { holder: "a" });
    await expect(served.client.renew(id, fence + 1)).rejects.toMatchObject({ code: "stale-fence" });
    await expect(served.client.lease("valheim", { holder: "a", waitMs: 0 })).rejects.toMatchObject({
      code: "no-engine",
    });
    await expect(served.client.exec(id, fence, ["bug"])).rejects.toMatchObject({
      code: "internal",
      message: expect.stringContaining("trace"),
    });
  });

  it("speaks for all of a pool's calls, with bytes as they are", async () => {
    await using served = await servePools({ size: 2 });
    const { client, pools } = served;
    const bytes = new Uint8Array([0, 128, 255]);
    const bind = { env: { A: "1" }, files: { "/f": bytes } };
    const lease = await client.lease("valheim", { holder: "a", ttlMs: 90_000, bind });
    expect(pools.bound.get(lease.id)).toEqual({ env: { A: "1" }, files: { "/f": Buffer.from(bytes) } });
    const renewed = await client.renew(lease.id, lease.fence, 3_600_000);
    expect(Date.parse(renewed.expiresAt)).toBeGreaterThan(Date.parse(lease.expiresAt));
    expect(await client.exec(lease.id, lease.fence, ["a"], { timeoutMs: 1000 })).toMatchObject({
      exitCode: 3,
    });
    expect(await client.leases()).toHaveLength(1);
    expect(await client.recycle("valheim", 2)).toEqual(["engine.valheim/2"]);
    expect(await client.recycle("valheim")).toEqual(["engine.valheim/2"]);
    expect(await client.canary("valheim", { holder: "a" })).toMatchObject({ isClean: true });
    await client.release(lease.id, lease.fence, "dirty");
    expect(pools.outcomes.get(lease.id)).toBe("dirty");
  });

  it("leaves the queue when it is cancelled", async () => {
    await using served = await servePools();
    await served.client.lease("valheim", { holder: "a" });
    const cancel = new AbortController();
    const waiting = served.client.lease("valheim", { holder: "b", cancel: cancel.signal });
    const told = expect(waiting).rejects.toMatchObject({ code: "interrupted" });
    await until(() => served.pools.queued() === 1);
    cancel.abort();
    await told;
    await until(() => served.pools.queued() === 0);
  });

  it("finds a watcher that was started anew", async () => {
    const client = createClient(path);
    for (let round = 0; round < 3; round += 1) {
      const server = await start(path);
      expect(await client.views()).toHaveLength(1);
      await server.close();
    }
    client.close();
  });

  it("knows what is no watcher", async () => {
    const stranger = createServer((_request, response) => response.writeHead(200).end("<html>"));
    await new Promise<void>((settle) => stranger.listen(path, settle));
    await expect(createClient(path).views()).rejects.toMatchObject({
      code: "no-watcher",
      message: expect.stringContaining("is no `warm watch`"),
    });
    stranger.close();
  });

  it.skipIf(process.getuid?.() === 0)("that may not connect is told why", async () => {
    const server = await start(path);
    chmodSync(path, 0o000);
    await expect(createClient(path).views()).rejects.toMatchObject({ code: "rejected" });
    await server.close();
  });
});
