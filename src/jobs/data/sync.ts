import { open } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import type { WalkedFolder } from "./walk-folder.js";

/** File systems gather what is asked of them at the same time. */
const AT_ONCE = 8;

/** Makes a file's content durable, or a folder's list of names. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes durable all that is in a folder, and then the folder. */
export async function syncTree(dir: string, { files, folders }: WalkedFolder): Promise<void> {
  const limit = pLimit(AT_ONCE);
  await limit.map(files, ({ path }) => syncPath(join(dir, path)));
  await limit.map(folders, (path) => syncPath(join(dir, path)));
}
