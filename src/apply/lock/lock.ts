import { randomUUID } from "node:crypto";
import type { Host } from "../../docker/connection/connect.js";
import type { HostWriter } from "../../docker/write/host-writer.js";
import { WarmError } from "../../errors.js";
import type { EmitEvent, LockHolder } from "../../model/event.js";
import { identityLabels } from "../../model/labels.js";
import { lockName } from "../../model/names.js";
import { specHash } from "../../model/spec.js";
import type { Clock } from "../apply-context.js";
import { describeHolder, HOLDER_FILE, readLock, type StandingLock } from "./lock-holder.js";
import { nameOfLockImage, withLockImage } from "./lock-image.js";

/** How long a lock outlives its holder's last sign of life, and how often that sign is given. */
const TTL_MS = 30_000;
const RENEW_MS = 8_000;
/** The holder stops a little ahead of that: the daemon's clock is known to the second, and calls take their time. */
const TRUSTED_MS = TTL_MS - 5_000;
/** One look at the lock serves all that is started within so short a time. */
const LOOK_AGAIN_MS = 200;
const RETRY_MS = 500;
/** A lock that was freed in the meantime is tried for again, for this long even by those who would not wait. */
const FREED_MS = 10_000;
/** A renewal in flight keeps nobody from giving the lock back for longer. */
const RELEASE_MS = 3_000;

export interface LockRequest {
  readonly project: string;
  /** What runs, `warm apply`. */
  readonly command: string;
  readonly reason: string;
  /** How long to wait for a lock that is held; 0 refuses at once. */
  readonly timeoutMs: number;
  readonly emit: EmitEvent;
  readonly cancel: AbortSignal;
}

export interface HeldLock {
  /** The daemon's ID of the lock container. */
  readonly containerId: string;
  /** Asks the daemon why the lock may no longer be relied on; undefined while it may. */
  lostReason(): Promise<string | undefined>;
  /** Whether it is known to be gone for good. */
  isOver(): boolean;
  /** Never throws: a lock that cannot be given back expires. */
  release(): Promise<void>;
}

/**
 * Takes a project's lock on a host (design, protocol "lock"): making a container of a fixed name succeeds for
 * exactly one. It is signed with a file inside, renewed while it is held, and broken once expired. Times are the
 * daemon's, so that two machines with different clocks agree.
 * @returns undefined when the wait was cancelled.
 * @throws WarmError `locked` with the holder, when it is still held after the time-out.
 */
export async function acquireLock(
  host: Host,
  writer: HostWriter,
  clock: Clock,
  request: LockRequest,
): Promise<HeldLock | undefined> {
  const daemonNow = () => clock.now() + host.reader.clockOffsetMs();
  const startedAt = clock.now();
  let isTold = false;
  while (!request.cancel.aborted) {
    const containerId = await tryCreate(writer, request.project);
    if (containerId !== undefined) return holdLock(containerId, host, writer, clock, request);
    const standing = await readLock(host, request.project, daemonNow);
    const isFreed = standing === undefined || standing.isExpired;
    if (standing?.isExpired) {
      await breakLock(writer, standing);
      request.emit({ type: "lock-broken", holder: standing.holder });
    }
    const waitMs = isFreed ? Math.max(FREED_MS, request.timeoutMs) : request.timeoutMs;
    if (clock.now() >= startedAt + waitMs) throw lockedBy(request.project, standing?.holder);
    if (!isFreed && !isTold) {
      request.emit({ type: "lock-waiting", holder: standing.holder });
      isTold = true;
    }
    await clock.sleep(RETRY_MS * (0.5 + clock.random()), request.cancel);
  }
  return undefined;
}

/** Removes the lock container that was read, and no other. */
export async function breakLock(writer: HostWriter, { containerId }: StandingLock): Promise<void> {
  await writer.containers.remove(containerId);
}

async function tryCreate(writer: HostWriter, project: string): Promise<string | undefined> {
  const settings = {
    Image: nameOfLockImage,
    Cmd: ["never started"],
    Labels: identityLabels(project, `lock.${project}`, specHash({})),
    HostConfig: { NetworkMode: "none" },
  };
  try {
    return await withLockImage(writer, () => writer.containers.create(lockName(project), settings));
  } catch (error) {
    if (error instanceof WarmError && error.code === "name-conflict") return undefined;
    throw error;
  }
}

/** Leaves nothing behind on a host. Never throws: Docker refuses while another project's lock is made from it. */
export async function removeLockImage({ images }: HostWriter): Promise<void> {
  await images.untag(nameOfLockImage).catch(() => undefined);
}

async function holdLock(
  containerId: string,
  host: Host,
  writer: HostWriter,
  clock: Clock,
  { project, command, reason }: LockRequest,
): Promise<HeldLock> {
  const id = randomUUID();
  const stop = new AbortController();
  const broken = `the lock of project ${project} was broken by someone`;
  let trustedUntilMs = clock.now() + TRUSTED_MS;
  let lookAgainAtMs = 0;
  let lost: string | undefined;

  async function sign(since?: string): Promise<LockHolder> {
    const startedAt = clock.now();
    const nowMs = startedAt + host.reader.clockOffsetMs();
    const holder = describeHolder({ id, command, reason, nowMs, ttlMs: TTL_MS, ...(since ? { since } : {}) });
    await writer.containers.putFile(containerId, HOLDER_FILE, JSON.stringify(holder));
    trustedUntilMs = startedAt + TRUSTED_MS;
    return holder;
  }

  async function renew(since: string): Promise<void> {
    while (!stop.signal.aborted) {
      await clock.sleep(RENEW_MS, stop.signal);
      if (stop.signal.aborted) return;
      await sign(since).catch((error: WarmError) => {
        if (error.code === "not-found") lost = broken;
      });
    }
  }

  const { since } = await sign().catch(async (error: unknown) => {
    await writer.containers.remove(containerId).catch(() => undefined);
    throw error;
  });
  const renewing = renew(since);
  return {
    containerId,
    isOver: () => lost !== undefined,
    async lostReason() {
      if (lost === undefined && clock.now() >= lookAgainAtMs) {
        lookAgainAtMs = clock.now() + LOOK_AGAIN_MS;
        if (!(await isStanding(host, containerId))) lost = broken;
      }
      if (lost === undefined && clock.now() >= trustedUntilMs)
        return `the lock of project ${project} could not be renewed`;
      return lost;
    },
    async release() {
      stop.abort();
      const isOver = new AbortController();
      await Promise.race([renewing, clock.sleep(RELEASE_MS, isOver.signal)]);
      isOver.abort();
      await writer.containers.remove(containerId).catch(() => undefined);
    },
  };
}

/** A daemon that does not answer has not taken the lock away; what is started next will fail by itself. */
async function isStanding(host: Host, containerId: string): Promise<boolean> {
  try {
    await host.reader.getJson("look at the lock", `/containers/${containerId}/json`);
    return true;
  } catch (error) {
    return !(error instanceof WarmError && error.code === "not-found");
  }
}

function lockedBy(project: string, holder: LockHolder | undefined): WarmError {
  const who = holder === undefined ? "someone who is just taking it" : `${holder.who}: ${holder.command}`;
  const until = holder === undefined ? "" : `, until ${holder.expiresAt} unless renewed`;
  return new WarmError("locked", `project ${project} is locked by ${who}${until}`, {
    hint: "wait with `--lock-timeout 5m`, or see `warm lock status`",
  });
}
