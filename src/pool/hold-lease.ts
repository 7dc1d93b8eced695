import { toWarmError } from "../errors.js";
import type { CommandResult, GrantedLease, Pools, ReleaseOutcome } from "./pools.js";

/** A lease that renews itself until it is released. */
export interface HeldLease extends GrantedLease {
  /** Fires when it is lost: expired, or its engine died. Its reason is the WarmError. */
  readonly lost: AbortSignal;
  /** Runs a command in the engine, with what was bound as its environment. @throws WarmError `lease-ended`, `engine-failed` */
  exec(command: readonly string[], timeoutMs?: number): Promise<CommandResult>;
  /** Gives the engine back; after `dirty` it is not used again. Also fine when it was done already. */
  release(outcome?: ReleaseOutcome): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

type Asked = Pick<Pools, "renew" | "release" | "exec">;

/** Renews at a third of the time that is left, so that two lost tries do not lose the lease. */
const RENEWALS_IN_A_TTL = 3;
const SHORTEST_MS = 200;

/** Takes over the renewing of a lease that was just granted. */
export function holdLease(pools: Asked, granted: GrantedLease): HeldLease {
  const lost = new AbortController();
  const { id, fence } = granted;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;

  function plan(expiresAt: string): void {
    const leftMs = Date.parse(expiresAt) - Date.now();
    timer = setTimeout(() => void renew(), Math.max(SHORTEST_MS, leftMs / RENEWALS_IN_A_TTL));
    timer.unref();
  }

  async function renew(): Promise<void> {
    try {
      const { expiresAt } = await pools.renew(id, fence);
      if (!isOver) plan(expiresAt);
    } catch (thrown) {
      const error = toWarmError(thrown);
      if (isOver) return;
      if (error.code === "lease-ended" || error.code === "stale-fence") lost.abort(error);
      else plan(new Date(Date.now() + SHORTEST_MS * RENEWALS_IN_A_TTL * 5).toISOString());
    }
  }

  async function release(outcome: ReleaseOutcome = "clean"): Promise<void> {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    await pools.release(id, fence, outcome);
  }

  plan(granted.expiresAt);
  return {
    ...granted,
    lost: lost.signal,
    exec: (command, timeoutMs) => pools.exec(id, fence, command, { timeoutMs }),
    release,
    [Symbol.asyncDispose]: () => release(),
  };
}
