import { lstat, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { type DataPaths, hashOfOld, isGone, OWNER_SUFFIX, resultPath } from "./data-paths.js";
import { isOwnerAlive, type Owner } from "./owner.js";
import { removeTree } from "./remove-tree.js";

/**
 * Puts right what killed processes left. A result that a swap moved aside comes back if nothing took its place: both
 * renames of a swap are tried anew by a process that lives, so that this does no harm to one that swaps at this moment.
 * Staging folders go, but for those of a process that lives.
 */
export async function sweepStaging(paths: DataPaths, self: Owner, now: number): Promise<void> {
  const names = await readdir(paths.staging);
  for (const name of names) {
    const path = join(paths.staging, name);
    const hash = hashOfOld(name);
    if (hash !== undefined) await putBack(paths, hash, path);
    else if (isGone(name)) await removeTree(path);
    else if (!name.endsWith(OWNER_SUFFIX)) await sweepFolder(path, self, now);
  }
  // After the folders: one that was listed with its owner still has it above.
  for (const name of names.filter((each) => each.endsWith(OWNER_SUFFIX))) {
    const path = join(paths.staging, name);
    if (!(await isOwnerAlive(path, self, now))) await removeTree(path);
  }
}

/** @param path of a staging folder; its owner is written down before it is made */
async function sweepFolder(path: string, self: Owner, now: number): Promise<void> {
  if (!(await isOwnerAlive(`${path}${OWNER_SUFFIX}`, self, now))) await removeTree(path);
}

/** @param path of an old result, whole: what is being removed has another name */
async function putBack(paths: DataPaths, hash: string, path: string): Promise<void> {
  const target = resultPath(paths, hash);
  if (!(await isThere(target))) await rename(path, target).catch(() => undefined);
  // Not on a disk that refuses everything: it may be the only one.
  if (!(await isThere(target))) return;
  // It lost to a newer one, now or before: renamed first, for half of it must never come back.
  const gone = path.replace(/old-([^/]*)$/, "gone-$1");
  await rename(path, gone).catch(() => undefined);
  await removeTree(gone);
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
