import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Staging } from "./data-directory.js";
import { type DataPaths, FOLDER_MODE, OWNER_SUFFIX } from "./data-paths.js";
import { onDisk } from "./disk-error.js";
import { type Owner, writeOwner } from "./owner.js";
import { removeTree } from "./remove-tree.js";

const LONGEST_ID = 80;

/** Makes an empty folder of this process for one job. @throws WarmError `disk-full`, `rejected` */
export async function makeStaging(
  paths: DataPaths,
  jobId: string,
  random: string,
  self: Owner,
): Promise<Staging> {
  // A job is called by us, but a folder's name is no place to trust that.
  const dir = join(paths.staging, `${plainName(jobId) || "job"}-${plainName(random)}`);
  const discard = async () => {
    await removeTree(dir);
    await removeTree(ownerOf(dir));
  };
  try {
    // First: a folder without an owner is rubbish to everybody.
    await writeOwner(ownerOf(dir), self);
    await mkdir(dir, { mode: FOLDER_MODE });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") await discard();
    throw onDisk(`make a staging folder in ${paths.staging}`)(error);
  }
  return { dir, discard };
}

export const ownerOf = (staging: string): string => `${staging}${OWNER_SUFFIX}`;

/** Never one of the names that mean something in the staging folder. */
function plainName(text: string): string {
  return text
    .replace(/[^A-Za-z0-9_-]/g, "_")
    .replace(/^(old|gone)-/, "$1_")
    .slice(0, LONGEST_ID);
}
