import { mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { WarmError } from "../../errors.js";

/** Makes a state directory. Only its owner reads it: error messages of a host stand in it. Git leaves it alone. */
export async function makeStateFolder(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true, mode: 0o700 });
  if (made !== undefined)
    await writeFile(join(path, ".gitignore"), "*\n", { flag: "wx" }).catch(() => undefined);
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
