import { open, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { WarmError } from "../../errors.js";
import { makePrivateFolder } from "./private-folder.js";

/** Where it is unless it was named: beside warm.yaml, where a checkout may have put a link. */
export const DEFAULT_STATE_DIR = ".warm";

/**
 * Makes a state directory. Only its owner reads it: error messages of a host stand in it. Git leaves it alone.
 * @throws WarmError `rejected` for one that others could have made, or may write to; what the file system says
 */
export async function makeStateFolder(path: string): Promise<void> {
  const isNew = await makePrivateFolder(path, { mayBeLink: basename(path) !== DEFAULT_STATE_DIR });
  if (isNew)
    await writeFile(join(path, ".gitignore"), "*\n", { flag: "wx", mode: 0o600 }).catch(() => undefined);
}

/**
 * Writes a file that outlives a loss of power whole or not at all: no reader sees half of it, and a full disk leaves the old
 * one. Only its owner reads it.
 * @param temporary beside it, a name that no other writer uses
 */
export async function writeWhole(path: string, temporary: string, text: string): Promise<void> {
  try {
    const handle = await open(temporary, "w", 0o600);
    try {
      await handle.writeFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** What could not be written in a state directory, and what to do about it. */
export function unwritableState(path: string, cause: unknown): WarmError {
  if (cause instanceof WarmError) return cause;
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  return new WarmError(
    isFull ? "disk-full" : "rejected",
    `cannot write the state directory ${path}: ${message}`,
    {
      hint: isFull ? "free some space there" : "name one that this user may write to with `--state-dir`",
      cause,
    },
  );
}
