import { setMaxListeners } from "node:events";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, type ServedPools, servePools, until } from "./served-pools.js";

/** Each client has an open file of ours beside the server's. */
const CLIENTS = 2_000;
const SLOW = 300;
const REQUEST_MS = 1_500;

let served: ServedPools;
beforeAll(async () => {
  served = await servePools({ size: 2, queue: 5_000 }, () => ({
    requestTimeoutMs: REQUEST_MS,
    graceMs: 2_000,
  }));
});
afterAll(() => served[Symbol.asyncDispose]());

/** Over a connection of its own. So many at once may be more than the kernel lets wait for us: those ask again, as our client does. */
async function askAlone(method: string, path: string, body?: object, signal?: AbortSignal): Promise<number> {
  for (;;) {
    try {
      return (await ask(served.socketPath, method, path, { body, signal })).status;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      await delay(Math.random() * 100);
    }
  }
}

async function openSocket(): Promise<Socket> {
  for (;;) {
    const opened = await new Promise<Socket | undefined>((resolve) => {
      const socket = connect(served.socketPath, () => resolve(socket));
      socket.on("error", () => resolve(undefined));
    });
    if (opened !== undefined) return opened;
    await delay(Math.random() * 100);
  }
}

describe("two thousand clients at once", () => {
  it("that look are all answered", async () => {
    const paths = ["/v1/status", "/v1/engines", "/v1/jobs", "/readyz"];
    const statuses = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) => askAlone("GET", paths[index % paths.length] ?? "/")),
    );
    expect(new Map(statuses.map((status) => [status, true]))).toEqual(new Map([[200, true]]));
  });

  it("that hold their connections open are all served over them", async () => {
    const sockets = await Promise.all(Array.from({ length: CLIENTS }, openSocket));
    const answered = sockets.map(
      (socket) =>
        new Promise<string>((resolve) => socket.once("data", (data) => resolve(String(data).slice(0, 15)))),
    );
    for (const socket of sockets) socket.write("GET / HTTP/1.1\r\nHost: warm\r\n\r\n");
    expect(new Set(await Promise.all(answered))).toEqual(new Set(["HTTP/1.1 200 OK"]));
    for (const socket of sockets) socket.destroy();
  });

  it("that wait for two engines leave no place behind when they go", async () => {
    const held = await Promise.all([1, 2].map(() => served.client.lease("valheim", { holder: "x" })));
    const gone = new AbortController();
    setMaxListeners(0, gone.signal);
    const waiting = Array.from({ length: CLIENTS }, () =>
      askAlone("POST", "/v1/engines/valheim/leases", { holder: "w", wait: "10m" }, gone.signal).catch(
        () => "gone",
      ),
    );
    await until(() => served.pools.queued() === CLIENTS);
    expect(await askAlone("GET", "/v1/status")).toBe(200);
    gone.abort();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["gone"]));
    await until(() => served.pools.queued() === 0);
    for (const { id, fence } of held) await served.client.release(id, fence);
    expect(served.pools.leases()).toEqual([]);
  });
});

describe("clients that are slow or half open", () => {
  it("keep nobody from being answered, and are let go when their time is up", async () => {
    const sockets = await Promise.all(Array.from({ length: SLOW }, openSocket));
    const closed = sockets.map(
      (socket) => new Promise<void>((resolve) => socket.once("close", () => resolve())),
    );
    for (const [index, socket] of sockets.entries()) {
      socket.on("error", () => undefined);
      socket.resume();
      // A third of them half a header, a third half a body, a third nothing at all after a byte.
      if (index % 3 === 0) socket.write("GET /v1/status HTTP/1.1\r\nHost: wa");
      else if (index % 3 === 1)
        socket.write(
          "POST /v1/reconcile HTTP/1.1\r\nHost: warm\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
        );
      else socket.write("G");
    }
    const drip = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write("x");
    }, 100);
    const startedAt = performance.now();
    for (let count = 0; count < 50; count += 1) expect(await askAlone("GET", "/v1/status")).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await Promise.race([Promise.all(closed), delay(15_000)]);
    clearInterval(drip);
    expect(sockets.filter(({ destroyed }) => !destroyed)).toHaveLength(0);
  });

  it("that stop reading their replies do not hold up others", async () => {
    const stuck = Array.from({ length: 50 }, () => {
      const sent = request({ socketPath: served.socketPath, path: "/v1/status", agent: false }).end();
      sent.once("response", (response) => response.pause());
      sent.on("error", () => undefined);
      return sent;
    });
    await delay(50);
    expect(await askAlone("GET", "/v1/status")).toBe(200);
    for (const sent of stuck) sent.destroy();
  });
});
