import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { WarmError } from "../../errors.js";
import { quoteName } from "../outputs/refuse-entry.js";
import { comparePaths } from "./compare-paths.js";

const AT_ONCE = 16;
const MAX_DEPTH = 128;

export interface WalkedFile {
  /** Below the folder, with `/`. */
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

export interface WalkedFolder {
  /** In the order of their paths. */
  readonly files: readonly WalkedFile[];
  /** Paths below the folder, inner ones before those that hold them; the folder itself, empty, comes last. */
  readonly folders: readonly string[];
}

/**
 * Lists what is in a folder.
 * @throws WarmError `rejected` for what is neither file nor folder; the file system's errors
 */
export async function walkFolder(dir: string): Promise<WalkedFolder> {
  const paths: string[] = [];
  const folders: string[] = [];
  await walk(dir, "", { paths, folders, depth: 0 });
  const files = await pLimit(AT_ONCE).map(paths, async (path) => {
    const { size, mtimeMs } = await lstat(join(dir, path));
    return { path, size, mtimeMs };
  });
  return { files: files.sort((a, b) => comparePaths(a.path, b.path)), folders };
}

interface Walk {
  readonly paths: string[];
  readonly folders: string[];
  readonly depth: number;
}

async function walk(dir: string, below: string, { paths, folders, depth }: Walk): Promise<void> {
  if (depth > MAX_DEPTH) throw refuse(below, `is more than ${MAX_DEPTH} folders deep`);
  for (const entry of await readdir(join(dir, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.name.includes("\uFFFD")) throw refuse(path, "has a name that is not UTF-8");
    if (entry.isDirectory()) await walk(dir, path, { paths, folders, depth: depth + 1 });
    else if (entry.isFile()) paths.push(path);
    else throw refuse(path, "is neither a file nor a folder");
  }
  folders.push(below);
}

function refuse(path: string, why: string): WarmError {
  return new WarmError("rejected", `the result cannot be published: ${quoteName(path)} ${why}`, {
    hint: "see what the job's commands on this host leave in its folder",
  });
}
