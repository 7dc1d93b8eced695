import { execFile } from "node:child_process";
import { basename } from "node:path";
import type { LoadedConfig } from "../config/load-config.js";

/** Which text of a file is in use. */
export interface FileRevision {
  /** Hex, of the text. */
  readonly sha256: string;
  /** The commit that the text is of; undefined outside of a repository, or when git is not there. */
  readonly commit: string | undefined;
  /** Whether the text is another one than that commit's. */
  readonly isModified: boolean;
}

const DEADLINE_MS = 3_000;

/** Never throws: a revision is a help for people, and git a guest. */
export async function readRevision({ sha256, directory, path }: LoadedConfig): Promise<FileRevision> {
  const file = basename(path);
  const commit = await git(directory, ["log", "-1", "--format=%H", "--", file]);
  if (!commit) return { sha256, commit: undefined, isModified: false };
  const changes = await git(directory, ["status", "--porcelain", "--", file]);
  return { sha256, commit, isModified: changes !== "" };
}

/** What it prints; undefined when it fails, `git` is missing or takes too long. */
function git(directory: string, args: readonly string[]): Promise<string | undefined> {
  // A repository must not run programs of its own choice in us, nor write: the file may be somebody else's.
  const safe = ["-c", "core.fsmonitor=false", "--no-optional-locks", "-C", directory];
  return new Promise((resolve) => {
    execFile("git", [...safe, ...args], { timeout: DEADLINE_MS }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : undefined),
    );
  });
}
