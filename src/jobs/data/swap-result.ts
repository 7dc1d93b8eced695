import { rename } from "node:fs/promises";
import { WarmError } from "../../errors.js";
import { type DataPaths, gonePath, oldPath, resultPath } from "./data-paths.js";
import { removeTree } from "./remove-tree.js";
import { syncPath } from "./sync.js";

/** Each one that fails is another writer's success: more of them there are not. */
const TRIES = 1000;

interface Swap {
  readonly hash: string;
  /** A whole result on the same file system. */
  readonly staged: string;
  readonly random: () => string;
}

/**
 * Puts a result in its place, durably. What stands there is moved aside before, as something whole that a sweep puts back,
 * and is renamed once more before it is taken apart.
 * @throws the file system's errors; what stood there is back then
 */
export async function swapResult(paths: DataPaths, { hash, staged, random }: Swap): Promise<void> {
  const target = resultPath(paths, hash);
  const aside: string[] = [];
  try {
    for (let tries = 0; !(await takePlace(staged, target)); tries += 1) {
      if (tries === TRIES) throw new WarmError("in-use", `others publish the result ${hash} all the time`);
      const old = oldPath(paths, hash, random());
      if (await moveAside(target, old)) aside.push(old);
    }
  } catch (error) {
    const newest = aside.pop();
    if (newest !== undefined) await rename(newest, target).catch(() => undefined);
    await dropOld(paths, hash, aside, random);
    throw error;
  }
  await Promise.all([syncPath(paths.results), syncPath(paths.staging)]);
  await dropOld(paths, hash, aside, random);
}

/** @returns false when something stands there */
async function takePlace(staged: string, target: string): Promise<boolean> {
  try {
    await rename(staged, target);
    return true;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(code)) return false;
    throw error;
  }
}

/** @returns false when nothing stands there any more */
async function moveAside(target: string, aside: string): Promise<boolean> {
  try {
    await rename(target, aside);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

async function dropOld(
  paths: DataPaths,
  hash: string,
  aside: readonly string[],
  random: () => string,
): Promise<void> {
  for (const old of aside) {
    const gone = gonePath(paths, hash, random());
    // A sweep may have taken it.
    await rename(old, gone).catch(() => undefined);
    await removeTree(gone);
  }
}
