import { link, lstat, rename, rm } from "node:fs/promises";
import { connect } from "node:net";
import { dirname } from "node:path";
import { makeStateFolder } from "../../apply/revisions/state-folder.js";
import { WarmError } from "../../errors.js";
import { checkSocketPath } from "./socket-path.js";

const PROBE_MS = 2_000;
/** Others may claim it at the same time: so often it is looked at anew. */
const TRIES = 5;

/**
 * Makes room for a socket: its directory exists, and what a killed process left at its path is gone.
 * @throws WarmError `in-use` when somebody answers there; `rejected` when there is something else than a socket, the
 * path is too long, or may not be written
 */
export async function claimSocket(path: string): Promise<void> {
  checkSocketPath(path);
  try {
    await makeStateFolder(dirname(path));
    for (let tries = 0; tries < TRIES; tries += 1) {
      const found = await identify(path);
      if (found === undefined) return;
      if (await answers(path)) throw taken(path);
      if (await removeStale(path, found)) return;
    }
  } catch (error) {
    if (error instanceof WarmError) throw error;
    throw unusable(path, error);
  }
  throw taken(path);
}

/** What is at a path, such that no later file has the same; undefined for nothing. Renaming does not change it. */
async function identify(path: string): Promise<string | undefined> {
  const stats = await lstat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (stats === undefined) return undefined;
  if (stats.isSocket()) return `${stats.ino} ${stats.mtimeNs}`;
  throw new WarmError("rejected", `cannot listen at ${path}: there is something that is no socket`, {
    hint: "remove it, or name another state directory with `--state-dir`",
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((settle, fail) => {
    const socket = connect(path);
    const end = (isThere: boolean) => {
      socket.destroy();
      settle(isThere);
    };
    // Whoever accepts so slowly is there all the same.
    socket.setTimeout(PROBE_MS, () => end(true));
    socket.once("connect", () => end(true));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" || error.code === "ENOENT") end(false);
      // Its queue of connections is full.
      else if (error.code === "EAGAIN") end(true);
      else fail(error);
    });
  });
}

/**
 * Takes the file aside first: a socket that another process put there since it was looked at is put back.
 * @returns whether the path is free
 */
async function removeStale(path: string, stale: string): Promise<boolean> {
  const aside = `${path}.${process.pid}`;
  const isMoved = await rename(path, aside).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
  if (!isMoved) return false;
  const isStale = (await identify(aside)) === stale;
  if (!isStale) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
  return isStale;
}

export const taken = (path: string) =>
  new WarmError("in-use", `another \`warm watch\` answers at ${path}`, {
    hint: "stop it, or give this one a state directory of its own with `--state-dir`",
  });

/** @param cause what the file system or the socket said */
export function unusable(path: string, cause: unknown): WarmError {
  const { message } = cause as NodeJS.ErrnoException;
  return new WarmError("rejected", `cannot listen at ${path}: ${message}`, {
    hint: "name a state directory that this user may write to with `--state-dir`",
    cause,
  });
}
