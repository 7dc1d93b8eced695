import { once, setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readReplies } from "./read-replies.js";
import { type Answer, type AskOptions, ask, type ServedPools, servePools, until } from "./served-pools.js";

/** Both ends of a connection are files of this process; some are in use already. */
const CONNECTIONS = Math.min(2_000, Math.floor((openFilesLimit() - 500) / 2));
const LEASES = "/v1/engines/valheim/leases";

function openFilesLimit(): number {
  const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
  return Number(soft);
}

/** What the kernel lets wait for a socket may be fewer than come at once: those ask again, as our client does. */
async function untilLetIn<Value>(connecting: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await connecting();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      await delay(Math.random() * 100);
    }
  }
}

/** Over a connection of its own. */
const askAlone = (
  { socketPath }: ServedPools,
  method: string,
  path: string,
  options?: AskOptions,
): Promise<Answer> => untilLetIn(() => ask(socketPath, method, path, options));

const openSocket = ({ socketPath }: ServedPools): Promise<Socket> =>
  untilLetIn(
    () =>
      new Promise<Socket>((settle, fail) => {
        const socket = connect({ path: socketPath, allowHalfOpen: true }, () => settle(socket));
        socket.once("error", fail);
      }),
  );

/** Everything that a connection brings until it ends, and how long that took. */
async function readAll(socket: Socket): Promise<{ got: string; ms: number }> {
  const startedAt = performance.now();
  return { got: await text(socket.setEncoding("utf8")), ms: performance.now() - startedAt };
}

const statusesOf = (answers: readonly { status: number }[]) =>
  Object.fromEntries(
    [...new Set(answers.map(({ status }) => status))].map((status) => [
      status,
      answers.filter((answer) => answer.status === status).length,
    ]),
  );

describe("very many connections at once", () => {
  let served: ServedPools;
  beforeAll(async () => {
    served = await servePools({ size: 100, queue: 10_000 });
  });
  afterAll(() => served[Symbol.asyncDispose]());

  it("are all answered, whether they look, wait for an engine, or wait for a job", async () => {
    const job = await served.client.submitJob("valheim", { params: { seed: "a" }, holder: "x" });
    const third = Math.floor(CONNECTIONS / 3);
    const each = <Value>(make: () => Promise<Value>) => Promise.all(Array.from({ length: third }, make));
    // Whoever has an engine gives it back, so that all have their turn.
    const lease = async () => {
      const answer = await askAlone(served, "POST", LEASES, { body: { holder: "ci" } });
      const { id, fence } = answer.json() as { id: string; fence: number };
      await served.pools.release(id, fence);
      return answer;
    };
    const path = `/v1/jobs/${job.id}?after=${job.revision}`;
    const watching = each(() => askAlone(served, "GET", path, { headers: { prefer: "wait=50" } }));
    const leasing = each(lease);
    const looking = each(() => askAlone(served, "GET", "/v1/status"));
    await until(() => served.jobs.waiting() === third);
    served.jobs.finish(job.id);
    const all = await Promise.all([watching, leasing, looking]);
    expect(all.map(statusesOf)).toEqual([{ 200: third }, { 201: third }, { 200: third }]);
    expect([served.pools.queued(), served.pools.leases()]).toEqual([0, []]);
  });

  it("free their places when they are lost while they wait", async () => {
    const held = await Promise.all(
      Array.from({ length: 100 }, () => served.client.lease("valheim", { holder: "ci" })),
    );
    const gone = new AbortController();
    setMaxListeners(0, gone.signal);
    const waiting = Array.from({ length: CONNECTIONS }, () =>
      askAlone(served, "POST", LEASES, { body: { holder: "gone" }, signal: gone.signal }).catch(() => "gone"),
    );
    await until(() => served.pools.queued() === CONNECTIONS);
    const last = served.ask("POST", LEASES, { body: { holder: "patient" } });
    await until(() => served.pools.queued() === CONNECTIONS + 1);
    gone.abort();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["gone"]));
    await until(() => served.pools.queued() === 1);
    const [first] = held;
    if (first !== undefined) await served.pools.release(first.id, first.fence);
    expect((await last).json()).toMatchObject({ holder: "patient", source: "queued" });
  });

  it("are served over connections that they keep", async () => {
    const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => openSocket(served)));
    for (let round = 0; round < 2; round += 1) {
      const heads = sockets.map((socket) => once(socket, "data").then(([data]) => String(data).slice(0, 15)));
      for (const socket of sockets) socket.write("GET / HTTP/1.1\r\nHost: warm\r\n\r\n");
      expect(new Set(await Promise.all(heads))).toEqual(new Set(["HTTP/1.1 200 OK"]));
    }
    for (const socket of sockets) socket.destroy();
  });

  it("that read nothing of their replies hold up nobody else", async () => {
    const sockets = await Promise.all(Array.from({ length: 50 }, () => openSocket(served)));
    for (const socket of sockets) socket.write("GET /openapi.json HTTP/1.1\r\nHost: warm\r\n\r\n".repeat(20));
    await delay(50);
    expect((await served.ask("GET", "/v1/status")).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });
});

describe("clients that are slow on purpose", () => {
  const REQUEST_MS = 1_000;
  const SLOW = 300;
  let served: ServedPools;
  beforeAll(async () => {
    served = await servePools({}, () => ({ requestTimeoutMs: REQUEST_MS }));
  });
  afterAll(() => served[Symbol.asyncDispose]());

  it("are cut off, and keep nobody else from being answered meanwhile", async () => {
    const sockets = await Promise.all(Array.from({ length: SLOW }, () => openSocket(served)));
    const ends = sockets.map((socket) => readAll(socket));
    const head = `POST /v1/reconcile HTTP/1.1\r\nHost: warm\r\nX-Slow: ${"x".repeat(500)}`;
    let sent = 0;
    const dripping = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write(head[sent % head.length] ?? "");
      sent += 1;
    }, 100);
    const times: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const startedAt = performance.now();
      expect((await ask(served.socketPath, "GET", "/v1/status")).status).toBe(200);
      times.push(performance.now() - startedAt);
      await delay(20);
    }
    const cutOff = await Promise.all(ends);
    clearInterval(dripping);
    for (const socket of sockets) socket.destroy();
    expect(Math.max(...times)).toBeLessThan(1_000);
    expect(cutOff.filter(({ got }) => !got.startsWith("HTTP/1.1 408 ")).length).toBe(0);
    expect(Math.max(...cutOff.map(({ ms }) => ms))).toBeLessThan(3 * REQUEST_MS);
  });

  it("and stop anywhere in a request are cut off as well, with one reply", async () => {
    const kinds = [
      ["nothing at all", ""],
      ["no end of the headers", "GET / HTTP/1.1\r\nHost: warm\r\n"],
      ["no body", "POST /v1/reconcile HTTP/1.1\r\nHost: warm\r\nContent-Length: 9\r\n\r\n"],
      [
        "half a body",
        'POST /v1/plan HTTP/1.1\r\nHost: warm\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"te',
      ],
      [
        "half a chunk",
        "POST /v1/plan HTTP/1.1\r\nHost: warm\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
      ],
    ] as const;
    const ends = await Promise.all(
      kinds.map(async ([name, bytes]) => {
        const socket = await openSocket(served);
        socket.write(bytes);
        const { got, ms } = await readAll(socket);
        socket.destroy();
        const statuses = readReplies(Buffer.from(got)).map(({ status }) => status);
        return { name, statuses, isInTime: ms < 3 * REQUEST_MS };
      }),
    );
    const end = (name: string, status: number) => ({ name, statuses: [status], isInTime: true });
    expect(ends).toEqual([
      ...[end("nothing at all", 408), end("no end of the headers", 408)],
      // Told what is wrong with it before its body was to come.
      end("no body", 415),
      ...[end("half a body", 408), end("half a chunk", 408)],
    ]);
  });

  it("and close their half of the connection are told what was wrong at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: SLOW }, () => untilLetIn(() => served.raw("GET / HTTP/1.1\r\nHost: wa"))),
    );
    expect(answers.filter((answer) => !answer.startsWith("HTTP/1.1 400 "))).toEqual([]);
  });
});
