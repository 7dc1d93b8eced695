import { open } from "node:fs/promises";
import { join } from "node:path";
import pLimit from "p-limit";
import { WarmError } from "../../errors.js";
import type { ExportedFile, ResultFile } from "../outputs/export-output.js";
import type { Manifest, Staging, StoredResult } from "./data-directory.js";
import { type DataPaths, MANIFEST, resultPath } from "./data-paths.js";
import { onDisk } from "./disk-error.js";
import { hashFile } from "./hash-file.js";
import { ownerOf } from "./make-staging.js";
import { MANIFEST_FORMAT } from "./parse-manifest.js";
import { MAX_MANIFEST_BYTES } from "./read-manifest.js";
import { removeTree } from "./remove-tree.js";
import { swapResult } from "./swap-result.js";
import { syncTree } from "./sync.js";
import { type WalkedFile, walkFolder } from "./walk-folder.js";

const HASHED_AT_ONCE = 4;

export interface Publication {
  readonly staging: Staging;
  readonly manifest: Omit<Manifest, "format" | "files">;
  readonly known: readonly ExportedFile[];
  readonly now: number;
  readonly random: () => string;
}

/**
 * Makes a result of a staging folder: everything is on the disk before it takes its place.
 * @throws WarmError as `DataDirectory.publish` does; the staging folder is still there then
 */
export async function publishResult(paths: DataPaths, publication: Publication): Promise<StoredResult> {
  const { staging, known, random } = publication;
  const { hash } = publication.manifest;
  const target = resultPath(paths, hash);
  try {
    const walked = await walkFolder(staging.dir);
    checkNames(walked.files, walked.folders);
    const files = await hashFiles(staging.dir, walked.files, known);
    const manifest: Manifest = { format: MANIFEST_FORMAT, ...publication.manifest, files };
    await writeManifest(join(staging.dir, MANIFEST), manifest, publication.now);
    await syncTree(staging.dir, walked);
    await swapResult(paths, { hash, staged: staging.dir, random });
    await removeTree(ownerOf(staging.dir));
    return { dir: target, manifest, bytes: files.reduce((sum, { size }) => sum + size, 0) };
  } catch (error) {
    throw onDisk(`publish the result ${target}`)(error);
  }
}

function checkNames(files: readonly WalkedFile[], folders: readonly string[]): void {
  if (!folders.includes(MANIFEST) && !files.some(({ path }) => path === MANIFEST)) return;
  throw new WarmError("rejected", `the result cannot be published: it has a \`${MANIFEST}\` of its own`, {
    hint: "that name is for what warm writes about the result: let the output or the command use another one",
  });
}

/** A file that stands as it was exported is not read again. */
async function hashFiles(
  dir: string,
  files: readonly WalkedFile[],
  known: readonly ExportedFile[],
): Promise<readonly ResultFile[]> {
  const exported = new Map(known.map((file) => [file.path, file]));
  return pLimit(HASHED_AT_ONCE).map(files, async ({ path, size, mtimeMs }) => {
    const before = exported.get(path);
    const isSame = before?.size === size && before.mtimeMs === mtimeMs;
    return { path, size, sha256: isSame ? before.sha256 : await hashFile(join(dir, path)) };
  });
}

/** Its access time, by which the cache goes, is that of the publishing. */
async function writeManifest(path: string, manifest: Manifest, now: number): Promise<void> {
  const text = `${JSON.stringify(manifest, undefined, 2)}\n`;
  if (Buffer.byteLength(text) > MAX_MANIFEST_BYTES) {
    throw new WarmError("rejected", "the result cannot be published: it has too many files", {
      hint: "have the job pack them together",
    });
  }
  const file = await open(path, "wx", 0o644);
  try {
    await file.writeFile(text);
    await file.utimes(now / 1000, now / 1000);
    await file.sync();
  } finally {
    await file.close();
  }
}
