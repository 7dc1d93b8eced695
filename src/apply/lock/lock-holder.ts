import { hostname, userInfo } from "node:os";
import type { Host } from "../../docker/connection/connect.js";
import { asRecord, asString, asStringMap } from "../../docker/connection/shape.js";
import { readSmallFile } from "../../docker/observe/read-objects.js";
import { WarmError } from "../../errors.js";
import type { LockHolder } from "../../model/event.js";
import { isOwned, LABEL, type Labels } from "../../model/labels.js";
import { lockName } from "../../model/names.js";

export const HOLDER_FILE = "holder.json";

/** A lock container that has no holder's file yet is being taken; after this long it was left by a killed process. */
const UNSIGNED_GRACE_MS = 30_000;

/** A lock that somebody has. */
export interface StandingLock {
  /** The lock container's ID: breaking goes by it, so that a lock taken meanwhile survives. */
  readonly containerId: string;
  /** Undefined while it is not signed. */
  readonly holder: LockHolder | undefined;
  readonly isExpired: boolean;
}

export interface HolderSettings {
  readonly id: string;
  readonly command: string;
  readonly reason: string;
  /** The daemon's time, milliseconds since the epoch. */
  readonly nowMs: number;
  readonly ttlMs: number;
  readonly since?: string;
}

export function describeHolder({ id, command, reason, nowMs, ttlMs, since }: HolderSettings): LockHolder {
  const at = new Date(nowMs).toISOString();
  const expiresAt = new Date(nowMs + ttlMs).toISOString();
  return {
    id,
    who: `${describeUser()} (pid ${process.pid})`,
    command,
    reason,
    since: since ?? at,
    expiresAt,
  };
}

/** `user@machine` */
export const describeUser = () => `${userName()}@${hostname()}`;

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? "?"}`;
  }
}

/**
 * Reads a project's lock without touching it; undefined when nobody has it.
 * @throws WarmError `name-conflict` when the lock's name is held by something that is no lock of this project.
 */
export async function readLock(
  host: Host,
  project: string,
  nowMs: () => number,
): Promise<StandingLock | undefined> {
  const name = lockName(project);
  const container = await inspectLock(host, name);
  if (container === undefined) return undefined;
  const { id, labels, createdAt } = container;
  if (!isOwned(labels, project) || labels[LABEL.address] !== `lock.${project}`) {
    throw new WarmError("name-conflict", `container ${name} is not a lock of project ${project}`, {
      hint: "rename or remove that container",
    });
  }
  const holder = await readHolder(host, id);
  const expiresAt =
    holder === undefined ? Date.parse(createdAt) + UNSIGNED_GRACE_MS : Date.parse(holder.expiresAt);
  return { containerId: id, holder, isExpired: !(nowMs() < expiresAt) };
}

interface InspectedLock {
  readonly id: string;
  readonly createdAt: string;
  readonly labels: Labels;
}

async function inspectLock(host: Host, name: string): Promise<InspectedLock | undefined> {
  try {
    const answer = await host.reader.getJson("read the lock", `/containers/${name}/json`);
    const { Id, Created, Config } = asRecord(answer, "container");
    return {
      id: asString(Id, "container.Id"),
      createdAt: asString(Created, "container.Created"),
      labels: asStringMap(asRecord(Config, "container.Config").Labels, "Config.Labels"),
    };
  } catch (error) {
    if (error instanceof WarmError && error.code === "not-found") return undefined;
    throw error;
  }
}

/** A file that is missing or half a file is no signature. */
async function readHolder(host: Host, containerId: string): Promise<LockHolder | undefined> {
  try {
    const text = await readSmallFile(host.reader, containerId, `/${HOLDER_FILE}`);
    const holder: unknown = JSON.parse(text);
    return isHolder(holder) ? holder : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof WarmError && error.code === "not-found"))
      return undefined;
    throw error;
  }
}

function isHolder(value: unknown): value is LockHolder {
  const { id, who, command, reason, since, expiresAt } = (value ?? {}) as Partial<LockHolder>;
  const areTexts = [id, who, command, reason, since, expiresAt].every((text) => typeof text === "string");
  return areTexts && !Number.isNaN(Date.parse(expiresAt ?? ""));
}
