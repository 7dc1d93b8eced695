import { setTimeout as sleep } from "node:timers/promises";
import type { GrantedLease } from "../../../src/pool/pools.js";
import type { LeaseSeen } from "../record.js";
import { type Loader, pause } from "./load.js";

const FOLDER = "/config/worlds_local";
/** What is there, and then a file of our own. */
const MOVE_IN = `ls -A ${FOLDER}; echo >"${FOLDER}/$1"`;
const LOOK = `ls -A ${FOLDER}`;
const WAIT_MS = 3_000;
const TTL_MS = 6_000;
/** A grant that was cut off is asked for again so often, with its key. */
const ASKED_AGAIN = 8;
/** So often in a hundred an engine is given back as dirty, or not at all. */
const DIRTY = 8;
const ABANDONED = 5;

/** Takes one lease after the other, works in the engine, gives it back. */
export async function runLeases(holder: string, loader: Loader): Promise<void> {
  const { over, random } = loader;
  for (let number = 0; !over.aborted; number += 1) {
    const seen = await takeLease(holder, `${holder}-${number}`, loader);
    if (seen !== undefined) await useLease(seen, loader);
    await pause(random.below(300), loader);
  }
}

async function takeLease(holder: string, key: string, loader: Loader): Promise<LeaseSeen | undefined> {
  const { client, project, record, now, over, failed } = loader;
  for (let tries = 0; tries < ASKED_AGAIN && !over.aborted; tries += 1) {
    const askedAtMs = now();
    try {
      const lease = await client.lease(project.pool, { holder, key, waitMs: WAIT_MS, ttlMs: TTL_MS });
      const seen = seeLease(lease, key, askedAtMs, now());
      record.leases.push(seen);
      return seen;
    } catch (error) {
      const code = failed("lease", error);
      // Nobody is there, or the reply was cut off: the same key gives what was granted then.
      if (code === "lease-ended") return undefined;
      await pause(250, loader);
    }
  }
  return undefined;
}

function seeLease(lease: GrantedLease, key: string, askedAtMs: number, toldAtMs: number): LeaseSeen {
  const { id, fence, engine, container } = lease;
  return { id, fence, key, engine, containerId: container.id, askedAtMs, toldAtMs };
}

async function useLease(seen: LeaseSeen, loader: Loader): Promise<void> {
  const { client, random, failed } = loader;
  const { id, fence, key } = seen;
  const run = async (script: string) =>
    (await client.exec(id, fence, ["sh", "-c", script, "sh", key])).stdout;
  const workMs = random.below(600);
  const fate = random.below(100);
  try {
    seen.found = await run(MOVE_IN);
    await sleep(workMs);
    if (random.below(3) === 0) await client.renew(id, fence);
    seen.foundAtEnd = await run(LOOK);
  } catch (error) {
    failed("work", error);
  }
  if (fate >= DIRTY + ABANDONED) await release(seen, "clean", loader);
  else if (fate >= ABANDONED) await release(seen, "dirty", loader);
}

async function release(seen: LeaseSeen, outcome: "clean" | "dirty", loader: Loader): Promise<void> {
  const { client, now, over, failed } = loader;
  for (let tries = 0; tries < ASKED_AGAIN; tries += 1) {
    seen.releasedAtMs ??= now();
    seen.outcome = outcome;
    try {
      return await client.release(seen.id, seen.fence, outcome);
    } catch (error) {
      if (failed("release", error) !== "no-watcher" || over.aborted) return;
      await pause(250, loader);
    }
  }
}
