import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { Feed } from "../../src/daemon/feed/feed.js";
import type { LogFields, WatchLog } from "../../src/daemon/log/watch-log.js";
import type { Pools } from "../../src/pool/pools.js";
import { createClient } from "../../src/server/client/create-client.js";
import type { WarmClient } from "../../src/server/client/warm-client.js";
import {
  type RunningServer,
  type ServerSettings,
  startServer,
} from "../../src/server/listen/start-server.js";
import { createMemoryJobs, type MemoryJobs } from "./memory-jobs.js";
import { createMemoryPools, type MemoryPools } from "./memory-pools.js";
import { createMemoryServed, type MemoryOverview, type MemoryRequests } from "./memory-served.js";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: () => Record<string, unknown>;
}

export interface AskOptions {
  /** Sent as JSON, a string as it is. */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** A server over pools and jobs in memory, in a directory of its own. */
export interface ServedPools extends AsyncDisposable {
  readonly pools: MemoryPools;
  readonly jobs: MemoryJobs;
  readonly requests: MemoryRequests;
  readonly overview: MemoryOverview;
  readonly feed: Feed;
  readonly server: RunningServer;
  readonly socketPath: string;
  readonly client: WarmClient;
  /** Entries of the log: level, message, fields. */
  readonly logged: readonly [string, string, LogFields][];
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
  /** Sends bytes as they are; everything that comes back until the connection ends. */
  raw(bytes: string): Promise<string>;
}

export async function servePools(
  size: { size?: number; queue?: number } = {},
  settings: (pools: MemoryPools) => Partial<ServerSettings> & { pools?: Pools } = () => ({}),
): Promise<ServedPools> {
  const directory = mkdtempSync(join(tmpdir(), "warm-server-"));
  const socketPath = join(directory, "warm.sock");
  const pools = createMemoryPools(size);
  const jobs = createMemoryJobs(size);
  const logged: [string, string, LogFields][] = [];
  const log = createLog(logged);
  const { pools: used = pools, ...more } = settings(pools);
  const served = createMemoryServed({ pools: used, jobs });
  const server = await startServer({ served, socketPath, log, graceMs: 100, ...more });
  const client = createClient(socketPath);
  return {
    ...{ pools, jobs, server, socketPath, client, logged },
    ...{ requests: served.requests, overview: served.overview, feed: served.feed },
    ask: (method, path, options) => ask(socketPath, method, path, options),
    raw: (bytes) => text(connect(socketPath).setEncoding("utf8").end(bytes)),
    async [Symbol.asyncDispose]() {
      client.close();
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function createLog(logged: [string, string, LogFields][]): WatchLog {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void logged.push([level, message, fields]);
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

export function ask(
  socketPath: string,
  method: string,
  path: string,
  { body, headers = {}, signal }: AskOptions = {},
): Promise<Answer> {
  return new Promise((settle, fail) => {
    const bytes = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const sent = request({
      ...{ socketPath, method, path, signal, agent: false },
      headers: jsonHeaders(bytes, headers),
    });
    // A server that closes behind its reply fails a write that was over: Node tells it when no request listens.
    sent.once("socket", (socket) => socket.on("error", () => undefined));
    sent.once("error", fail);
    sent.once("response", (response) => {
      text(response).then(
        (answer) =>
          settle({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: answer,
            json: () => JSON.parse(answer) as Record<string, unknown>,
          }),
        fail,
      );
    });
    sent.end(bytes);
  });
}

const jsonHeaders = (body: string | undefined, headers: Record<string, string>) =>
  body === undefined
    ? headers
    : {
        "content-type": "application/json",
        "content-length": String(Buffer.byteLength(body)),
        ...headers,
      };

/** Waits until something holds; the test's own time-out is its end. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(2);
}
