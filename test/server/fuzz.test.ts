import { mkdtempSync, rmSync } from "node:fs";
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFeed } from "../../src/daemon/feed/feed.js";
import { ERROR_CODES } from "../../src/errors.js";
import { type RunningServer, startServer } from "../../src/server/listen/start-server.js";
import type { ApiDocument } from "./api-document.js";
import { createDocumentCheck, type FindLies } from "./document-check.js";
import { type FuzzRequest, fuzzRequests, LIVE, MARKER } from "./fuzz-requests.js";
import { createMemoryJobs } from "./memory-jobs.js";
import { createMemoryPools } from "./memory-pools.js";
import { createMemoryServed } from "./memory-served.js";
import { type RawReply, readReplies } from "./read-replies.js";
import { ask, until } from "./served-pools.js";

/** The same requests in every run; `WARM_FUZZ_SEED=…` asks others. */
const SEED = Number(process.env.WARM_FUZZ_SEED ?? 20_261_127);
const REQUESTS = 9_000;
const CONNECTIONS = 1_000;
const CONCURRENCY = 32;
/** After which nobody is answered any more. */
const HANG_MS = 5_000;
/** How long an engine is waited for, whatever was asked for. */
const PATIENCE_MS = 20;
const STREAMS = 40;
const MOST_GROWTH = 64 * 1024 * 1024;

const directory = mkdtempSync(join(tmpdir(), "warm-fuzz-"));
const socketPath = join(directory, "warm.sock");
const errors: unknown[] = [];
const pools = createMemoryPools({ size: 2 });
const jobs = createMemoryJobs();
const feed = createFeed(() => Date.now());
let followers = 0;
const served = createMemoryServed({
  jobs,
  pools: {
    ...pools,
    lease: (pool, asked) =>
      pools.lease(pool, { ...asked, waitMs: Math.min(asked.waitMs ?? PATIENCE_MS, PATIENCE_MS) }),
    canary: (pool, asked) =>
      pools.canary(pool, { ...asked, waitMs: Math.min(asked.waitMs ?? PATIENCE_MS, PATIENCE_MS) }),
  },
  feed: {
    ...{ tell: feed.tell, hasMissed: feed.hasMissed },
    get lastId() {
      return feed.lastId;
    },
    follow(told, after) {
      followers += 1;
      const unfollow = feed.follow(told, after);
      return () => {
        followers -= 1;
        unfollow();
      };
    },
  },
});
served.requests.isWarm = true;
jobs.onBegun(({ id }) => void jobs.finish(id));

let server: RunningServer;
let document: ApiDocument;
let findLies: FindLies;
let followersAtFirst: number;
beforeAll(async () => {
  const log = { debug() {}, info() {}, warn() {}, error: (...told: unknown[]) => void errors.push(told) };
  server = await startServer({ served, socketPath, log, graceMs: 100, maxStreams: STREAMS });
  followersAtFirst = followers;
  document = (await ask(socketPath, "GET", "/openapi.json")).json() as unknown as ApiDocument;
  findLies = createDocumentCheck(document);
});
afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Does something with each of many, so many at once. */
async function forEachOf<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (const item of left) await work(item);
    }),
  );
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What a problem must never be like; empty when all is well. */
function faultsOf({ status, headers, text }: Reply, isHead = false): string[] {
  if (status < 400) return [];
  const faults: string[] = [];
  if (status === 500) faults.push("status 500");
  if (!/^application\/problem\+json(;|$)/.test(headers["content-type"] ?? "")) faults.push("no problem+json");
  for (const secret of [MARKER, process.cwd(), directory])
    if (text.includes(secret)) faults.push(`tells ${secret}`);
  if (/\bat [^"]*:\d+:\d+/.test(text)) faults.push("tells a stack");
  if (isHead) return faults;
  try {
    const problem = JSON.parse(text) as Record<string, unknown>;
    if (problem.status !== status) faults.push(`says ${String(problem.status)}`);
    if (!Object.hasOwn(ERROR_CODES, String(problem.code))) faults.push("an unknown code");
    if (typeof problem.detail !== "string" || typeof problem.traceId !== "string")
      faults.push("lacks members");
  } catch {
    faults.push("no JSON");
  }
  return faults;
}

const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });

/** One reply; of events only the head. @throws Error when none comes in time, or more than one */
function send({ method, path, headers, body }: FuzzRequest): Promise<Reply> {
  const bytes = body === undefined ? undefined : Buffer.from(body);
  return new Promise((settle, fail) => {
    const sent = request({
      ...{ socketPath, method, path, agent },
      headers: { ...headers, ...(bytes && { "content-length": bytes.length }) },
    });
    const timer = setTimeout(() => sent.destroy(new Error("no answer in time")), HANG_MS);
    const end = (reply: Reply) => {
      clearTimeout(timer);
      settle(reply);
    };
    sent.once("error", (error) => {
      clearTimeout(timer);
      fail(error);
    });
    sent.once("response", (response) => {
      const { statusCode: status = 0, headers: got } = response;
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      response.once("error", fail).once("end", () => end({ status, headers: got, text }));
      if (got["content-type"] !== "text/event-stream" || method === "HEAD") return;
      end({ status, headers: got, text: "" });
      sent.destroy();
    });
    sent.end(bytes);
  });
}

/** Leases that somebody was told of. */
const told = new Set<string>();

/** Asks of what is there just now, and gives back an engine that was leased. */
async function check(fuzzed: FuzzRequest): Promise<void> {
  const [lease] = pools.leases();
  const id = fuzzed.path.includes("/jobs/") ? "job-1" : (lease?.id ?? "none");
  const asked = { ...fuzzed, path: fuzzed.path.replace(LIVE, id) };
  const reply = await send(asked).catch((error: Error) => error);
  const faults = reply instanceof Error ? [reply.message] : faultsOf(reply, asked.method === "HEAD");
  if (!(reply instanceof Error) && faults.length === 0 && isTold(asked)) {
    const lies = findLies(asked.method, asked.path, reply);
    if (lies.length > 0) faults.push(`the document lies: ${JSON.stringify(lies)}`);
  }
  if (!(reply instanceof Error) && reply.status === 201 && reply.text.includes('"fence"')) {
    const granted = JSON.parse(reply.text) as { id: string; fence: number };
    told.add(granted.id);
    // Some are kept for a while, so that there is something to ask about.
    await delay(5);
    await pools.release(granted.id, granted.fence).catch(() => undefined);
  }
  if (faults.length > 0)
    throw new Error(`${describeRun(asked)}: ${faults.join("; ")}\n${describeReply(reply)}`);
}

/** Whether the document has that method at that path: what it has not is refused by the router. */
function isTold({ method, path }: FuzzRequest): boolean {
  try {
    return findLies(method, path, { status: 204, headers: {}, text: "" }) !== undefined;
  } catch {
    return false;
  }
}

const describeRun = (what: unknown) => `WARM_FUZZ_SEED=${SEED}, ${JSON.stringify(what).slice(0, 2_000)}`;
const describeReply = (reply: Reply | Error) =>
  reply instanceof Error ? String(reply.stack) : `${reply.status} ${reply.text.slice(0, 1_000)}`;

const HOST = "Host: warm\r\n";
const JSON_TYPE = "Content-Type: application/json\r\n";
const RECONCILE = `POST /v1/reconcile HTTP/1.1\r\n${HOST}${JSON_TYPE}`;
const PING = `GET / HTTP/1.1\r\n${HOST}\r\n`;

/** What comes over a connection and is not, or not quite, HTTP; and how many replies it may have at most. */
const CONNECTIONS_OF: readonly (readonly [bytes: string, most: number])[] = [
  // Whose end is told in two ways.
  [`${RECONCILE}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, 1],
  [`${RECONCILE}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${PING}`, 1],
  [`${RECONCILE}Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}${PING}`, 1],
  [`${RECONCILE}Content-Length: 2, 2\r\n\r\n{}`, 1],
  [`${RECONCILE}Content-Length: +2\r\n\r\n{}`, 1],
  [`${RECONCILE}Content-Length: -1\r\n\r\n{}`, 1],
  [`${RECONCILE}Content-Length: 99999999999999999999\r\n\r\n{}`, 1],
  [`${RECONCILE}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`, 1],
  [`${RECONCILE}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${PING}`, 1],
  [`${RECONCILE}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`, 1],
  [`${RECONCILE}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nzz\r\n`, 1],
  [`${RECONCILE}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}`, 1],
  [`${RECONCILE}Transfer-Encoding: chunked\r\n\r\n2;${MARKER}\r\n{}\r\n0\r\nX: ${MARKER}\r\n\r\n`, 1],
  [`${RECONCILE}Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n`, 1],
  // Lines that do not end as they should, and headers within headers.
  [`GET / HTTP/1.1\n${HOST}\n\n`, 1],
  [`GET / HTTP/1.1\r\nHost: warm\nX: ${MARKER}\r\n\r\n`, 1],
  [`GET / HTTP/1.1\r\nHost: warm\rX: a\r\n\r\n`, 1],
  [`GET /v1/engines/a\r\nX: b HTTP/1.1\r\n${HOST}\r\n`, 1],
  [`GET / HTTP/1.1\r\n${HOST} folded: ${MARKER}\r\n\r\n`, 1],
  [`GET / HTTP/1.1\r\n${HOST}X\0: ${MARKER}\r\n\r\n`, 1],
  [`GET / HTTP/1.1\r\n: ${MARKER}\r\n\r\n`, 1],
  [`GET / HTTP/1.1\r\n${HOST}Host: evil.example\r\n\r\n`, 1],
  ["GET / HTTP/1.1\r\n\r\n", 1],
  // Too much, too little, and something else.
  [`GET / HTTP/1.1\r\n${HOST}X: ${"x".repeat(20_000)}\r\n\r\n`, 1],
  [`GET /${"x".repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`, 1],
  [`GET / HTTP/1.1\r\n${HOST}${Array.from({ length: 900 }, (_, at) => `X${at}: 1\r\n`).join("")}\r\n`, 1],
  [`${RECONCILE}Content-Length: 200\r\n\r\n{"a`, 1],
  [RECONCILE, 1],
  ["GET / HT", 1],
  ["", 0],
  ["GET /\r\n\r\n", 1],
  ["GET / HTTP/9.9\r\n\r\n", 1],
  ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 1],
  ["CONNECT warm:1 HTTP/1.1\r\nHost: warm\r\n\r\n", 1],
  [`GET http://evil.example/v1/status HTTP/1.1\r\n${HOST}\r\n`, 1],
  [`GET ${MARKER} HTTP/1.1\r\n${HOST}\r\n`, 1],
  [
    `GET / HTTP/1.1\r\n${HOST}Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AA\r\n\r\n`,
    1,
  ],
  [`GET / HTTP/1.1\r\n${HOST}Expect: ${MARKER}\r\n\r\n`, 1],
  ["\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 1],
  // One behind the other.
  [`${PING}${PING}${PING}`, 3],
  [`${PING}garbage\r\n\r\n`, 2],
  [`${RECONCILE}Content-Length: 2\r\n\r\n{}${PING}`, 2],
  [`${RECONCILE}Content-Length: 2\r\n\r\n{}garbage\r\n\r\n`, 2],
];

const connections = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...CONNECTIONS_OF) },
  // One byte of them is another, or they end there.
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(...CONNECTIONS_OF), fc.nat(), fc.nat(255), fc.boolean())
      .map(([[bytes], at, byte, isCut]) => {
        const index = at % (bytes.length + 1);
        const [before, behind] = [bytes.slice(0, index), bytes.slice(index + 1)];
        return [isCut ? before : `${before}${String.fromCharCode(byte)}${behind}`, 4] as const;
      }),
  },
  {
    weight: 1,
    arbitrary: fc
      .uint8Array({ maxLength: 200 })
      .map((bytes) => [Buffer.from(bytes).toString("latin1"), 4] as const),
  },
);

/** Sends bytes and nothing more; all that comes back until the connection ends. */
function exchange(bytes: string): Promise<Buffer> {
  return new Promise((settle, fail) => {
    const socket = connect(socketPath);
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      fail(new Error(`the connection does not end: ${Buffer.concat(chunks)}`));
      socket.destroy();
    }, HANG_MS);
    socket.on("data", (chunk) => chunks.push(chunk));
    // A server that is done with a connection need not read the rest of it.
    socket.on("error", () => undefined);
    socket.once("close", () => {
      clearTimeout(timer);
      settle(Buffer.concat(chunks));
    });
    socket.end(Buffer.from(bytes, "latin1"));
  });
}

async function checkConnection([bytes, most]: readonly [string, number]): Promise<void> {
  let got: Buffer | undefined;
  let replies: readonly RawReply[] = [];
  const faults: string[] = [];
  try {
    got = await exchange(bytes);
    replies = readReplies(got);
  } catch (error) {
    faults.push((error as Error).message);
  }
  for (const { status, headers, body } of replies) faults.push(...faultsOf({ status, headers, text: body }));
  if (replies.length > most) faults.push(`${replies.length} replies`);
  if (faults.length > 0) throw new Error(`${describeRun(bytes)}: ${faults.join("; ")}\n${got}`);
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

async function heapUsed(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    collect();
    await delay(5);
  }
  return process.memoryUsage().heapUsed;
}

const openSockets = () => process.getActiveResourcesInfo().filter((name) => name === "PipeWrap").length;

describe("whatever is asked", () => {
  let heapAtFirst: number;
  let socketsAtFirst: number;

  it("is answered once, in time, and never with 500, a stack, a path or what was sent in secret", async () => {
    const requests = fc.sample(fuzzRequests(document), { numRuns: REQUESTS, seed: SEED });
    // What is loaded and compiled on the way is no growth.
    await forEachOf(requests.slice(0, 500), check);
    [heapAtFirst, socketsAtFirst] = [await heapUsed(), openSockets()];
    await forEachOf(requests.slice(500), check);
    expect(errors).toEqual([]);
  });

  it("and whatever comes over a connection ends in whole replies, at most one for each request", async () => {
    await forEachOf(CONNECTIONS_OF, checkConnection);
    await forEachOf(fc.sample(connections, { numRuns: CONNECTIONS, seed: SEED }), checkConnection);
    expect(errors).toEqual([]);
  });

  it("leaves nothing behind: no stream, nobody who waits, no lease that nobody knows of, no connection", async () => {
    await until(() => followers === followersAtFirst);
    expect([pools.queued(), jobs.waiting(), served.requests.waiting()]).toEqual([0, 0, 0]);
    expect(pools.leases().filter(({ id }) => !told.has(id))).toEqual([]);
    agent.destroy();
    await until(() => openSockets() <= socketsAtFirst);
    expect((await heapUsed()) - heapAtFirst).toBeLessThan(MOST_GROWTH);
    const answer = await ask(socketPath, "GET", "/v1/engines/valheim");
    expect([answer.status, answer.json().queued]).toEqual([200, 0]);
  });
});
