import { rename } from "node:fs/promises";
import type { CachedResult } from "./data-directory.js";
import { type DataPaths, gonePath } from "./data-paths.js";
import { onDisk } from "./disk-error.js";
import { listResults } from "./list-results.js";
import { removeTree } from "./remove-tree.js";

interface Pruning {
  readonly maxBytes: number;
  /** Hashes. */
  readonly keep: Pick<ReadonlySet<string>, "has">;
  readonly random: () => string;
}

/** Removes results as `DataDirectory.prune` has it: each one is gone as a whole. It needs no space of its own. */
export async function pruneResults(
  paths: DataPaths,
  { maxBytes, keep, random }: Pruning,
): Promise<CachedResult[]> {
  const results = await listResults(paths);
  let left = results.reduce((sum, { bytes }) => sum + bytes, 0);
  const removed: CachedResult[] = [];
  for (const result of results) {
    if (left <= maxBytes) break;
    if (keep.has(result.hash)) continue;
    const gone = gonePath(paths, result.hash, random());
    try {
      await rename(result.dir, gone);
    } catch (error) {
      // Somebody else was first.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT")
        throw onDisk(`remove the result ${result.dir}`)(error);
    }
    left -= result.bytes;
    removed.push(result);
    await removeTree(gone);
  }
  return removed;
}
