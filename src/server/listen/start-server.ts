import { setMaxListeners } from "node:events";
import { chmod } from "node:fs/promises";
import type { AddressInfo, Server } from "node:net";
import { isMainThread } from "node:worker_threads";
import type { FastifyInstance } from "fastify";
import type { WatchLog } from "../../daemon/log/watch-log.js";
import type { Served } from "../../daemon/served.js";
import { WarmError } from "../../errors.js";
import type { Access } from "../access/access.js";
import type { ListenAddress } from "../access/parse-listen-address.js";
import { createApp } from "../create-app.js";
import { createMetrics, type Metrics } from "../metrics/create-metrics.js";
import { addRoutes } from "../routes/add-routes.js";
import { createStreams } from "../streams/streams.js";
import { claimSocket, taken, unusable } from "./claim-socket.js";

export interface ServerSettings {
  readonly served: Served;
  readonly log: WatchLog;
  /** Shared by all listeners of a process; default one of its own. */
  readonly metrics?: Metrics | undefined;
  /** Names under which it may be asked, beside this machine's own. */
  readonly allowedHosts?: readonly string[];
  /** How long commands that run in engines may take once it is closed. Default 5 s. */
  readonly graceMs?: number;
  /** How long a client may take to send a request. Default 30 s. */
  readonly requestTimeoutMs?: number;
  /** Streams of events at once; default 200. */
  readonly maxStreams?: number;
}

export interface RunningServer {
  /**
   * Answers whoever waits for an engine or a job with 503 at once, ends streams, lets other replies end, and frees the
   * socket. Takes little more than `graceMs`, whatever clients do.
   */
  close(): Promise<void>;
}

const GRACE_MS = 5_000;
const REQUEST_MS = 30_000;
/** What has been answered may take so long to be read, before connections are cut. */
const LINGER_MS = 500;
const MAX_STREAMS = 200;
/** Of connections that come at once; the kernel may allow fewer (`net.core.somaxconn`). More are turned away on a socket. */
const BACKLOG = 4_096;
/** Below the usual limit of 1024 open files nothing is left for Docker; above, the kernel queues. */
const MAX_CONNECTIONS = 10_000;

/**
 * The HTTP API of `warm watch` (design, section 10) on a unix socket that only its owner may use: whoever can open it may do
 * everything.
 * @param settings `socketPath`: `socketPathIn` says which one of a state directory
 * @throws WarmError `in-use` when somebody answers there already; `rejected` when no socket can be made there
 */
export async function startServer(
  settings: ServerSettings & { readonly socketPath: string },
): Promise<RunningServer> {
  const { socketPath } = settings;
  const { app, close } = await prepare(settings, { kind: "socket" });
  await claimSocket(socketPath);
  try {
    listenPrivately(app.server);
    await app.listen({ path: socketPath, backlog: BACKLOG });
    await chmod(socketPath, 0o600);
  } catch (error) {
    await close();
    throw isTaken(error) ? taken(socketPath) : unusable(socketPath, error);
  }
  return { close };
}

/**
 * The same API on an address of the network, for whoever has a token.
 * @returns also the port, where `address.port` was 0
 * @throws WarmError `in-use` when the port is taken; `rejected` when the address is not this machine's
 */
export async function startTcpServer(
  settings: ServerSettings & {
    readonly address: ListenAddress;
    readonly access: Access & { kind: "tokens" };
  },
): Promise<RunningServer & { readonly port: number }> {
  const { address, access } = settings;
  const { app, close } = await prepare(settings, access);
  try {
    await app.listen({ host: address.host, port: address.port, backlog: BACKLOG });
  } catch (error) {
    await close();
    throw cannotListen(address, error);
  }
  return { close, port: (app.server.address() as AddressInfo).port };
}

async function prepare(
  settings: ServerSettings,
  access: Access,
): Promise<{ app: FastifyInstance; close(): Promise<void> }> {
  const { served, log, allowedHosts = [], graceMs = GRACE_MS, requestTimeoutMs = REQUEST_MS } = settings;
  const stopping = new AbortController();
  const givenUp = new AbortController();
  // Every request under way listens.
  setMaxListeners(0, stopping.signal, givenUp.signal);
  const metrics = settings.metrics ?? createMetrics(served);
  const streams = createStreams(stopping.signal, settings.maxStreams ?? MAX_STREAMS);
  const signals = { stopping: stopping.signal, givenUp: givenUp.signal };
  const app = await createApp({
    ...{ log, requestTimeoutMs, access, allowedHosts, stopping: stopping.signal },
    onAnswered: metrics.observeRequest,
    addRoutes: (routes) => addRoutes(routes, { ...served, log, metrics, streams, ...signals }),
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= closeApp(app, { stopping, givenUp }, graceMs).finally(() => {
      if (settings.metrics === undefined) metrics.close();
    });
    return closing;
  };
  return { app, close };
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

/**
 * Has the socket be its owner's alone from the moment it is there: who connects before a later `chmod` stays connected.
 * Binding is one step without a wait, so no other file is made under this umask.
 */
function listenPrivately(server: Server): void {
  const listen = server.listen;
  server.listen = (...args: unknown[]) => {
    // Only a process as a whole has one, and a thread may not set it: there the `chmod` has to do.
    if (!isMainThread) return Reflect.apply(listen, server, args);
    const before = process.umask(0o177);
    try {
      return Reflect.apply(listen, server, args);
    } finally {
      process.umask(before);
    }
  };
}

const isTaken = (error: unknown) => (error as NodeJS.ErrnoException).code === "EADDRINUSE";

function cannotListen({ host, port }: ListenAddress, cause: unknown): WarmError {
  const where = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  return isTaken(cause)
    ? new WarmError("in-use", `somebody else listens at ${where}`, {
        hint: "choose another port with `--listen`",
        cause,
      })
    : new WarmError("rejected", `cannot listen at ${where}: ${(cause as Error).message}`, {
        hint: "name an address of this machine with `--listen`",
        cause,
      });
}
