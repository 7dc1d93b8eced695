import { mkdtempSync, rmSync } from "node:fs";
import { lstat, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder that goes when the test does. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), "warm-test-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** For each run of a property, which a test has many of. */
export async function withFolder<Result>(work: (dir: string) => Promise<Result>): Promise<Result> {
  const dir = await mkdtemp(join(tmpdir(), "warm-test-"));
  try {
    return await work(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** All that is in a folder: bytes of files in latin1, null for folders. */
export async function readTree(dir: string, below = ""): Promise<Record<string, string | null>> {
  const tree: Record<string, string | null> = {};
  for (const name of (await readdir(join(dir, below))).sort()) {
    const path = below === "" ? name : `${below}/${name}`;
    const stats = await lstat(join(dir, path));
    tree[path] = stats.isDirectory() ? null : await readFile(join(dir, path), "latin1");
    if (stats.isDirectory()) Object.assign(tree, await readTree(dir, path));
  }
  return tree;
}
