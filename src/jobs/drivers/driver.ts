import type { PoolHost } from "../../pool/pool-host.js";
import type { CommandResult, GrantedLease } from "../../pool/pools.js";

/** Where a driver works: one leased engine for one try. */
export interface DriverSite {
  readonly lease: GrantedLease;
  /** @throws WarmError `host-unreachable` while the host is away */
  host(): PoolHost;
  /** Runs a command in the engine through its kept session. @param onOutput told what it writes, as it comes */
  exec(
    command: readonly string[],
    options: {
      readonly timeoutMs: number;
      readonly onOutput?: (text: string, stream: "stdout" | "stderr") => void;
    },
  ): Promise<CommandResult>;
  /** Puts the parameters into a text; the text itself is the file's, parameters stay what they are. */
  fill(text: string): string;
  /** All parameters with their values. */
  readonly params: Readonly<Record<string, string | number | boolean>>;
  readonly jobId: string;
  /** Identifies what the driver makes in Docker as the project's. */
  readonly project: string;
  /**
   * Told every line that the engine's process, or the driver's own command, writes after the start: never an older one.
   */
  onLine(line: string): void;
  /** What is left of the try's time, ms. */
  leftMs(): number;
  /** Fires when the try is given up. */
  readonly cancel: AbortSignal;
}

/** Work that an engine has been told of. */
export interface StartedWork {
  /** The container whose files are the job's: the engine's, or the one that the driver made. */
  readonly containerId: string;
  /**
   * Resolves when the driver itself knows that the work is done (exec, http, restart); never where only the engine's word
   * shows it. Rejects with a WarmError when it knows that the work failed, or that the engine has ended.
   */
  readonly ended: Promise<void>;
  /** Lets go of connections, removes what the driver made. Never throws; waits until it is done. */
  close(): Promise<void>;
}
