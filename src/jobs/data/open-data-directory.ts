import { mkdir, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { WarmError } from "../../errors.js";
import type { DataDirectory } from "./data-directory.js";
import { type DataPaths, dataPaths, FOLDER_MODE, MANIFEST, resultPath } from "./data-paths.js";
import { onDisk } from "./disk-error.js";
import { findResult } from "./find-result.js";
import { listResults } from "./list-results.js";
import { makeStaging } from "./make-staging.js";
import { identifyOwner, type Owner } from "./owner.js";
import { pruneResults } from "./prune-results.js";
import { publishResult } from "./publish-result.js";
import { sweepStaging } from "./sweep-staging.js";

export interface DataDirectorySettings {
  /** Absolute. */
  readonly dir: string;
  /** Epoch ms. */
  readonly now: () => number;
  /** Another text each time, for names. */
  readonly random: () => string;
}

/** The results in a folder. Nothing is read or made before a method is called. */
export function openDataDirectory({ dir, now, random }: DataDirectorySettings): DataDirectory {
  const paths = dataPaths(dir);
  let self: Promise<Owner> | undefined;
  const owner = () => {
    self ??= identifyOwner();
    return self;
  };
  return {
    async open() {
      await makeFolders(paths);
      await sweepStaging(paths, await owner(), now());
    },
    async find(hash, { verify = false } = {}) {
      const found = await findResult(paths, hash, verify);
      if (found === undefined || "broken" in found) return found;
      const { usedAtMs: _, ...result } = found;
      return result;
    },
    touch: (hash) => touchResult(resultPath(paths, hash), now()),
    async stage(jobId) {
      // Somebody may have removed it all, to be rid of every result.
      await makeFolders(paths);
      return makeStaging(paths, jobId, random(), await owner());
    },
    publish: (staging, manifest, known) =>
      publishResult(paths, { staging, manifest, known, now: now(), random }),
    list: () => listResults(paths),
    prune: (maxBytes, keep) => pruneResults(paths, { maxBytes, keep, random }),
  };
}

async function makeFolders({ dir, results, staging }: DataPaths): Promise<void> {
  try {
    await mkdir(results, { recursive: true, mode: FOLDER_MODE });
    await mkdir(staging, { recursive: true, mode: FOLDER_MODE });
    const [resultsAt, stagingAt] = await Promise.all([stat(results), stat(staging)]);
    if (resultsAt.dev === stagingAt.dev) return;
  } catch (error) {
    throw onDisk(`use the data directory ${dir}`)(error);
  }
  throw new WarmError("rejected", `${results} and ${staging} are on different file systems`, {
    hint: "a result is moved from one to the other in one step: put the whole of `dataDir` on one",
  });
}

/** A full or read-only disk forgets it. */
async function touchResult(dir: string, now: number): Promise<void> {
  const path = join(dir, MANIFEST);
  const stats = await stat(path).catch(() => undefined);
  if (stats !== undefined) await utimes(path, now / 1000, stats.mtimeMs / 1000).catch(() => undefined);
}
