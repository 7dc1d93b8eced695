import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { onDisk } from "../data/disk-error.js";
import type { ArchiveEntry } from "./read-archive.js";

/** Every file system can hold it. */
const LAST_SECOND = 2 ** 31 - 1;

type Written = { readonly size: number; readonly sha256: string; readonly mtimeMs: number };

/**
 * Writes a new file and hashes it on the way. It gets its time from the engine: a later write to it cannot go unseen
 * within one tick of the file system's clock.
 * @throws WarmError `disk-full`, `rejected`; the plain error when there is something at the path already, or the path
 * cannot be
 */
export async function writeHashed(path: string, entry: ArchiveEntry): Promise<Written> {
  // Never through a link, never over another entry, also where `A` and `a` are one.
  const file = await open(path, "wx", 0o644).catch((error) => {
    throw isNameTrouble(error) ? error : onDisk(`make the file ${path}`)(error);
  });
  try {
    const hash = createHash("sha256");
    for await (const chunk of entry.content) {
      hash.update(chunk);
      await writeAll(file, chunk).catch(onDiskThrow(path));
    }
    const seconds = Math.min(Math.max(Math.floor(entry.mtime.getTime() / 1000) || 0, 0), LAST_SECOND);
    await file.utimes(seconds, seconds).catch(onDiskThrow(path));
    return { size: entry.size, sha256: hash.digest("hex"), mtimeMs: seconds * 1000 };
  } finally {
    await file.close().catch(onDiskThrow(path));
  }
}

/** Is it the path that the file system does not take? */
export function isNameTrouble(error: unknown): boolean {
  const { code = "" } = error as NodeJS.ErrnoException;
  return ["EEXIST", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "EILSEQ", "EINVAL"].includes(code);
}

const onDiskThrow = (path: string) => (error: unknown) => {
  throw onDisk(`write ${path}`)(error);
};

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written)).bytesWritten;
  }
}
