import { lstat, readdir } from "node:fs/promises";
import pLimit from "p-limit";
import { comparePaths } from "./compare-paths.js";
import type { CachedResult } from "./data-directory.js";
import { type DataPaths, isHash, resultPath } from "./data-paths.js";
import { onDisk } from "./disk-error.js";
import { findResult } from "./find-result.js";
import { measureTree } from "./measure-tree.js";
import { readManifest } from "./read-manifest.js";

const AT_ONCE = 4;

/** All results, least recently used first. What has no result's name is nobody's business here. @throws WarmError `rejected` */
export async function listResults(paths: DataPaths): Promise<CachedResult[]> {
  const names = await readdir(paths.results).catch((error) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw onDisk(`list the results in ${paths.results}`)(error);
  });
  const results = await pLimit(AT_ONCE).map(names.filter(isHash), (hash) => describeResult(paths, hash));
  return results
    .filter((result) => result !== undefined)
    .sort((a, b) => a.usedAtMs - b.usedAtMs || comparePaths(a.hash, b.hash));
}

async function describeResult(paths: DataPaths, hash: string): Promise<CachedResult | undefined> {
  const found = await findResult(paths, hash, false);
  if (found === undefined) return undefined;
  if ("broken" in found) return describeBroken(paths, hash, found.broken);
  const { dir, manifest, bytes, usedAtMs } = found;
  return {
    hash,
    dir,
    bytes,
    files: manifest.files.length,
    inputs: manifest.inputs,
    usedAtMs,
    broken: undefined,
  };
}

/** What it takes up is what is there. */
async function describeBroken(paths: DataPaths, hash: string, broken: string): Promise<CachedResult> {
  const dir = resultPath(paths, hash);
  const read = await readManifest(dir, hash);
  const isReadable = "manifest" in read;
  const stats = isReadable ? undefined : await lstat(dir).catch(() => undefined);
  const usedAtMs = isReadable ? read.usedAtMs : (stats?.mtimeMs ?? 0);
  const inputs = isReadable ? read.manifest.inputs : undefined;
  return { hash, dir, ...(await measureTree(dir)), inputs, usedAtMs, broken };
}
