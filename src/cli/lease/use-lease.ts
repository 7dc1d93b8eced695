import { toWarmError, type WarmError } from "../../errors.js";
import type { GrantedLease, ReleaseOutcome } from "../../pool/pools.js";
import { formatError } from "../../report/format-error.js";
import { makeVisible } from "../../report/text/make-visible.js";
import type { WarmClient } from "../../server/client/warm-client.js";
import type { Terminal } from "../terminal.js";
import { keepLease } from "./keep-lease.js";
import { runCommand } from "./run-command.js";

interface UseSettings {
  readonly client: WarmClient;
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly ttlMs: number | undefined;
  /** A command that fails leaves an engine that is not used again. */
  readonly dirtyOnFailure: boolean;
}

const LEASE_LOST = 1;

/** Runs a command that knows the engine by its environment; renews meanwhile, releases after. @returns the exit code */
export async function useLease(
  lease: GrantedLease,
  command: readonly string[],
  settings: UseSettings,
): Promise<number> {
  const { client, terminal, cwd, env, ttlMs, dirtyOnFailure } = settings;
  const tell = (error: WarmError) => terminal.note(formatError(error, terminal.err));
  let isLost = false;
  const running = runCommand(command, {
    cwd,
    env: { ...env, ...leaseVariables(lease) },
    onUnstartable: ({ message }) => terminal.note(`error: cannot run the command: ${makeVisible(message)}`),
  });
  const stopKeeping = keepLease(client, lease, {
    ttlMs,
    onTrouble: tell,
    onLost: (error) => {
      isLost = true;
      tell(error);
      terminal.note("The lease is lost: the command is stopped.");
      running.stop();
    },
  });
  const exitCode = await running.ended;
  stopKeeping();
  if (isLost) return LEASE_LOST;
  const outcome: ReleaseOutcome = dirtyOnFailure && exitCode !== 0 ? "dirty" : "clean";
  await client.release(lease.id, lease.fence, outcome).catch((error: unknown) => {
    tell(toWarmError(error));
    terminal.note("The lease was not released: it ends when it expires.");
  });
  return exitCode;
}

/** How a command finds its engine. What is not known is not set, whatever was there before. */
function leaseVariables({ id, fence, engine, address, container, ports }: GrantedLease): NodeJS.ProcessEnv {
  const numbered = Object.entries(ports).map(([port, at]) => [`WARM_ENGINE_PORT_${port}`, String(at)]);
  return {
    WARM_ENGINE: engine,
    WARM_ENGINE_ADDRESS: address,
    WARM_ENGINE_CONTAINER: container.name,
    WARM_LEASE_ID: id,
    WARM_LEASE_FENCE: String(fence),
    ...Object.fromEntries(numbered),
  };
}
