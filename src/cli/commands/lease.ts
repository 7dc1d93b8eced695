import { WarmError } from "../../errors.js";
import type { GrantedLease, LeaseRequest, QueuePlace } from "../../pool/pools.js";
import { formatJson } from "../../report/text/format-json.js";
import { makeVisible } from "../../report/text/make-visible.js";
import { formatDurationMs } from "../../report/text/units.js";
import type { WarmClient } from "../../server/client/warm-client.js";
import type { CommandContext } from "../command-context.js";
import { readBindOptions } from "../lease/read-bind-options.js";
import { useLease } from "../lease/use-lease.js";
import { defaultHolder, openClient, type WatcherOptions } from "../open-client.js";
import { watchSignals } from "../signals.js";

interface LeaseOptions extends WatcherOptions {
  readonly ttl?: number;
  readonly wait?: number;
  readonly priority?: number;
  readonly key?: string;
  readonly holder?: string;
  readonly env?: readonly string[];
  readonly put?: readonly string[];
  readonly dirtyOnFailure?: boolean;
}

/** With a command: the command's exit code. Without: the lease is printed, and left to be released or to expire. */
export async function runLease(
  context: CommandContext,
  options: LeaseOptions,
  pool: string,
  command: readonly string[] = [],
): Promise<number> {
  const { terminal, cwd, env } = context;
  const bind = await readBindOptions(options, { cwd, env });
  const { ttl, wait, priority, key, holder = defaultHolder() } = options;
  const client = openClient(context, options);
  try {
    const request = { holder, bind, ttlMs: ttl, waitMs: wait, priority, key };
    const granted = await acquire(client, context, pool, request);
    if (typeof granted === "number") return granted;
    if (command.length === 0) {
      terminal.print(formatJson(granted));
      return 0;
    }
    terminal.note(describe(granted));
    const dirtyOnFailure = options.dirtyOnFailure === true;
    return await useLease(granted, command, { client, terminal, env, cwd, ttlMs: ttl, dirtyOnFailure });
  } finally {
    client.close();
  }
}

/** @returns the exit code when a signal came first */
async function acquire(
  client: WarmClient,
  { terminal }: CommandContext,
  pool: string,
  request: LeaseRequest,
): Promise<GrantedLease | number> {
  const signals = watchSignals(() => undefined);
  try {
    const granted = await client.lease(pool, {
      ...request,
      cancel: signals.stop.soft,
      onQueued: (place) => terminal.note(describePlace(pool, place)),
    });
    const exitCode = signals.exitCode();
    if (exitCode === undefined) return granted;
    await client.release(granted.id, granted.fence);
    return exitCode;
  } catch (error) {
    const exitCode = signals.exitCode();
    if (exitCode === undefined || !(error instanceof WarmError) || error.code !== "interrupted") throw error;
    terminal.note("Left the queue.");
    return exitCode;
  } finally {
    signals.close();
  }
}

function describePlace(pool: string, { position, estimateMs }: QueuePlace): string {
  const estimate = estimateMs === undefined ? "" : `, about ${formatDurationMs(estimateMs)} to wait`;
  return `Waiting for an engine of ${makeVisible(pool)}: place ${position} in the queue${estimate}.`;
}

function describe({ engine, address, source, timings }: GrantedLease): string {
  const where = address === undefined ? "" : ` (${makeVisible(address)})`;
  const waited = source === "queued" ? `, after ${formatDurationMs(timings.queuedMs)}` : "";
  return `Leased ${makeVisible(engine)}${where}${waited}.`;
}
