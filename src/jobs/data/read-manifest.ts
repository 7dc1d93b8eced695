import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "./data-directory.js";
import { MANIFEST } from "./data-paths.js";
import { parseManifest } from "./parse-manifest.js";

/** A larger one is not read: 100 000 files need a third of it. */
export const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

export interface ReadManifest {
  readonly manifest: Manifest;
  /** Its atime, epoch ms: when the result was used last. */
  readonly usedAtMs: number;
}

/** Never waits for a pipe, never follows a link. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
/** Linux only: with it a look at a result is no use of it. */
const QUIET = constants.O_NOATIME ?? 0;

/**
 * @param dir of the result
 * @returns what is wrong with its manifest, in a sentence
 */
export async function readManifest(
  dir: string,
  hash: string,
): Promise<ReadManifest | { readonly broken: string }> {
  let file: FileHandle | undefined;
  try {
    file = await openQuietly(join(dir, MANIFEST));
    const stats = await file.stat();
    if (!stats.isFile()) return { broken: `its ${MANIFEST} is no file` };
    if (stats.size > MAX_MANIFEST_BYTES) return { broken: `its ${MANIFEST} is larger than any of ours` };
    const manifest = parseManifest(await file.readFile("utf8"), hash);
    if ("fault" in manifest) return { broken: `its ${MANIFEST} is broken: ${manifest.fault}` };
    return { manifest, usedAtMs: stats.atimeMs };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return { broken: `it has no ${MANIFEST}` };
    return { broken: `its ${MANIFEST} cannot be read: ${code ?? message}` };
  } finally {
    await file?.close();
  }
}

async function openQuietly(path: string): Promise<FileHandle> {
  try {
    return await open(path, FLAGS | QUIET);
  } catch (error) {
    // Only a file's owner may.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
    return open(path, FLAGS);
  }
}
