import { resolve } from "node:path";
import type { Listener } from "../../daemon/listeners.js";
import type { WatchLog } from "../../daemon/log/watch-log.js";
import type { Served } from "../../daemon/served.js";
import { toWarmError, WarmError } from "../../errors.js";
import type { ListenAddress } from "../../server/access/parse-listen-address.js";
import type { Tokens } from "../../server/access/tokens.js";
import type { Metrics } from "../../server/metrics/create-metrics.js";

export interface DoorOptions {
  /** `--listen`; undefined: the socket alone. */
  readonly listen: string | undefined;
  readonly tokenFile: string | undefined;
  readonly allowHosts: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: WatchLog;
  /** Told once, when something is opened first. */
  readonly onServed: (served: Served) => void;
}

/** The ways into a watcher that a command line asks for. */
export interface Doors {
  readonly socket: Listener;
  readonly all: readonly Listener[];
  /** Reads the tokens again; the old ones stay in use where that fails. */
  reload(): Promise<void>;
}

/**
 * The server's code is loaded when it is opened. Tokens are read before anything is watched: without one nothing listens on
 * the network.
 * @throws WarmError `usage` for the address and for the tokens
 */
export async function openDoors(options: DoorOptions): Promise<Doors> {
  const { log, allowHosts } = options;
  const measured = shareMetrics(options.onServed);
  const socket: Listener = {
    isShared: true,
    async open(served, directory) {
      const [{ startServer }, { socketPathIn }] = await Promise.all([
        import("../../server/listen/start-server.js"),
        import("../../server/listen/socket-path.js"),
      ]);
      const metrics = await measured(served);
      return startServer({
        served,
        metrics,
        log,
        allowedHosts: allowHosts,
        socketPath: socketPathIn(directory),
      });
    },
  };
  if (options.listen === undefined) {
    if (options.tokenFile !== undefined)
      throw new WarmError(
        "usage",
        "`--token-file` is for `--listen`: whoever can open the socket needs no token",
      );
    return { socket, all: [socket], reload: async () => undefined };
  }
  const { address, tokens, reload } = await readTcpDoor(options.listen, options);
  const tcp: Listener = {
    isShared: false,
    async open(served) {
      const { startTcpServer } = await import("../../server/listen/start-server.js");
      const metrics = await measured(served);
      const access = { kind: "tokens", tokens } as const;
      const server = await startTcpServer({
        served,
        metrics,
        log,
        allowedHosts: allowHosts,
        address,
        access,
      });
      const shown = address.host.includes(":") ? `[${address.host}]` : address.host;
      const url = `http://${shown}:${server.port}`;
      log.info("listening", {
        url,
        tokens: tokens().length,
        detail: `listening at ${url}, for ${tokens().length} tokens`,
      });
      return server;
    },
  };
  return { socket, all: [socket, tcp], reload };
}

async function readTcpDoor(
  listen: string,
  { tokenFile, cwd, env, log }: DoorOptions,
): Promise<{ address: ListenAddress; tokens: () => Tokens; reload: Doors["reload"] }> {
  const [{ parseListenAddress }, { readTokens }] = await Promise.all([
    import("../../server/access/parse-listen-address.js"),
    import("../../server/access/read-tokens.js"),
  ]);
  const address = parseListenAddress(listen);
  const file = tokenFile === undefined ? undefined : resolve(cwd, tokenFile);
  const onNote = (note: string) => log.warn("token file", { detail: note });
  let tokens = await readTokens({ file, env, onNote });
  return {
    address,
    tokens: () => tokens,
    async reload() {
      try {
        tokens = await readTokens({ file, env, onNote });
        log.info("tokens loaded", { tokens: tokens.length, detail: `${tokens.length} tokens loaded` });
      } catch (error) {
        const { message, hint } = toWarmError(error);
        log.error("tokens not loaded", { hint, detail: `${message}; the old ones stay in use` });
      }
    },
  };
}

/** One set of counts for all doors, from the first that is opened on. */
function shareMetrics(onServed: DoorOptions["onServed"]): (served: Served) => Promise<Metrics> {
  let metrics: Promise<Metrics> | undefined;
  return (served) => {
    if (metrics === undefined) onServed(served);
    metrics ??= import("../../server/metrics/create-metrics.js").then(({ createMetrics }) =>
      createMetrics(served),
    );
    return metrics;
  };
}
