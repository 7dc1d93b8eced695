import { setMaxListeners } from "node:events";
import { chmod } from "node:fs/promises";
import type { FastifyInstance } from "fastify";
import type { WatchLog } from "../daemon/log/watch-log.js";
import type { Jobs } from "../jobs/jobs.js";
import type { Pools } from "../pool/pools.js";
import { claimSocket, taken, unusable } from "./claim-socket.js";
import { createApp } from "./create-app.js";
import { addEngineRoutes } from "./routes/engines.js";
import { addJobRoutes } from "./routes/jobs.js";
import { addLeaseRoutes } from "./routes/leases.js";
import type { RouteTools } from "./routes/route-tools.js";

export interface ServerSettings {
  readonly pools: Pools;
  readonly jobs: Jobs;
  /** Of a unix socket: `socketPathIn` says which one of a state directory. */
  readonly socketPath: string;
  readonly log: WatchLog;
  /** How long commands that run in engines may take once it is closed. Default 5 s. */
  readonly graceMs?: number;
  /** How long a client may take to send a request. Default 30 s. */
  readonly requestTimeoutMs?: number;
}

export interface RunningServer {
  /**
   * Answers whoever waits for an engine or a job with 503 at once, lets other replies end, and frees the socket. Takes little
   * more than `graceMs`, whatever clients do.
   */
  close(): Promise<void>;
}

const GRACE_MS = 5_000;
const REQUEST_MS = 30_000;
/** What has been answered may take so long to be read, before connections are cut. */
const LINGER_MS = 500;

/**
 * The HTTP API of `warm watch` (design, section 10) on a unix socket that only its owner may use.
 * @throws WarmError `in-use` when somebody answers there already; `rejected` when no socket can be made there
 */
export async function startServer(settings: ServerSettings): Promise<RunningServer> {
  const { pools, jobs, socketPath, log, graceMs = GRACE_MS, requestTimeoutMs = REQUEST_MS } = settings;
  const stopping = new AbortController();
  const givenUp = new AbortController();
  // Every request under way listens.
  setMaxListeners(0, stopping.signal, givenUp.signal);
  const tools: RouteTools = { pools, jobs, log, stopping: stopping.signal, givenUp: givenUp.signal };
  const app = createApp({
    ...{ log, requestTimeoutMs, stopping: stopping.signal },
    addRoutes: (routes) => {
      routes.get("/", async () => ({ status: "OK" }));
      addEngineRoutes(routes, tools);
      addLeaseRoutes(routes, tools);
      addJobRoutes(routes, tools);
    },
  });
  await claimSocket(socketPath);
  await listen(app, socketPath);
  let closing: Promise<void> | undefined;
  return {
    close: () => {
      closing ??= closeApp(app, { stopping, givenUp }, graceMs);
      return closing;
    },
  };
}

async function listen(app: FastifyInstance, socketPath: string): Promise<void> {
  try {
    await app.listen({ path: socketPath });
    await chmod(socketPath, 0o600);
  } catch (error) {
    await app.close();
    throw (error as NodeJS.ErrnoException).code === "EADDRINUSE"
      ? taken(socketPath)
      : unusable(socketPath, error);
  }
}

async function closeApp(
  app: FastifyInstance,
  { stopping, givenUp }: { readonly stopping: AbortController; readonly givenUp: AbortController },
  graceMs: number,
): Promise<void> {
  stopping.abort();
  const timers = [
    setTimeout(() => givenUp.abort(), graceMs),
    // Whoever has sent half a request, or does not read, would keep the server for ever.
    setTimeout(() => app.server.closeAllConnections(), graceMs + LINGER_MS),
  ];
  await app.close();
  for (const timer of timers) clearTimeout(timer);
}
