import { lstat } from "node:fs/promises";
import { checkFiles } from "./check-files.js";
import type { StoredResult } from "./data-directory.js";
import { type DataPaths, resultPath } from "./data-paths.js";
import { onDisk } from "./disk-error.js";
import { readManifest } from "./read-manifest.js";

/** So often a result may be swapped while it is looked at. */
const TRIES = 10;
const TOLD_FAULTS = 3;

export type FoundResult = (StoredResult & { readonly usedAtMs: number }) | { readonly broken: string };

/**
 * Looks at one result: its manifest, then its files.
 * @throws WarmError `usage` for what is no hash; `rejected` when nobody may look there
 */
export async function findResult(
  paths: DataPaths,
  hash: string,
  verify: boolean,
): Promise<FoundResult | undefined> {
  const dir = resultPath(paths, hash);
  let found: FoundResult | undefined;
  let seen = await identify(dir);
  for (let tries = 0; seen !== undefined && tries < TRIES; tries += 1) {
    found = seen === "" ? { broken: "it is no folder" } : await look(dir, hash, verify);
    const now = await identify(dir);
    // Otherwise the manifest of one result was held against the files of the next.
    if (now === seen) return found;
    seen = now;
  }
  return seen === undefined ? undefined : found;
}

async function look(dir: string, hash: string, verify: boolean): Promise<FoundResult> {
  const read = await readManifest(dir, hash);
  if ("broken" in read) return read;
  const { manifest, usedAtMs } = read;
  const wrong = await checkFiles(dir, manifest.files, verify);
  if (wrong.length > 0) return { broken: describeFaults(wrong) };
  return { dir, manifest, bytes: manifest.files.reduce((sum, { size }) => sum + size, 0), usedAtMs };
}

function describeFaults(faults: readonly string[]): string {
  const told = faults.slice(0, TOLD_FAULTS).join("; ");
  return faults.length > TOLD_FAULTS ? `${told}; and ${faults.length - TOLD_FAULTS} more` : told;
}

/**
 * What no other folder at that path has: the number alone is given again to a later one.
 * @returns empty for what is no folder; undefined for nothing
 */
async function identify(dir: string): Promise<string | undefined> {
  try {
    const stats = await lstat(dir, { bigint: true });
    return stats.isDirectory() ? `${stats.ino} ${stats.mtimeNs} ${stats.birthtimeNs}` : "";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw onDisk(`look at ${dir}`)(error);
  }
}
