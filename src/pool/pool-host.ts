import type { Clock } from "../apply/apply-context.js";
import type { Host } from "../docker/connection/connect.js";
import type { HostWriter } from "../docker/write/host-writer.js";
import { WarmError } from "../errors.js";
import type { Observed } from "../model/observed.js";

/** The host as it is just now. */
export interface PoolHost {
  readonly host: Host;
  readonly writer: HostWriter;
  readonly reach: Observed["reach"];
}

/** What all that is done to engines at run time shares. */
export interface PoolContext {
  /** @throws WarmError `host-unreachable` while the host is away */
  host(): PoolHost;
  readonly clock: Clock;
  /** Monotonic, ms: no clock that is set moves a lease. */
  readonly nowMs: () => number;
  readonly log: PoolLog;
  /** Ends with the runtime. */
  readonly life: AbortSignal;
}

type Write = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** As the watcher's log: a constant message, `detail` for people. */
export interface PoolLog {
  /** Whether lines of `debug` go nowhere. */
  readonly isQuiet?: boolean;
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

export const hostIsAway = () =>
  new WarmError("host-unreachable", "the Docker host is away", { hint: "`warm status` says since when" });
