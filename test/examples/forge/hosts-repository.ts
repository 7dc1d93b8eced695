import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A repository with a bare origin, and checkouts of it as a runner makes them. */
export interface HostsRepository {
  /** Commits files on a branch, from main where it is new, and pushes it. @returns the commit */
  push(branch: string, files: Readonly<Record<string, string>>): string;
  /** Merges a branch into main and pushes that. @returns the merge commit */
  merge(branch: string): string;
  /** A fresh checkout of a branch or commit. */
  checkout(revision: string): string;
}

/** @param copied folders that are in its first commit: where from, by where to */
export function createHostsRepository(
  dir: string,
  copied: Readonly<Record<string, string>>,
): HostsRepository {
  const [origin, work] = [join(dir, "origin.git"), join(dir, "author")];
  const git = (cwd: string, ...args: string[]) =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args], {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env.PATH, GIT_CONFIG_NOSYSTEM: "1", HOME: dir },
    }).trim();
  git(dir, "init", "--quiet", "--bare", "--initial-branch=main", origin);
  git(dir, "clone", "--quiet", origin, work);
  for (const [to, from] of Object.entries(copied)) cpSync(from, join(work, to), { recursive: true });
  const publish = (branch: string) => {
    git(work, "push", "--quiet", "origin", `HEAD:${branch}`);
    return git(work, "rev-parse", "HEAD");
  };
  const commit = (branch: string) => {
    git(work, "add", "--all");
    git(work, "commit", "--quiet", "--allow-empty", "-m", "change");
    return publish(branch);
  };
  git(work, "checkout", "--quiet", "-b", "main");
  commit("main");
  let checkouts = 0;

  return {
    push(branch, files) {
      const isThere = git(work, "branch", "--list", branch) !== "";
      git(work, "checkout", "--quiet", ...(isThere ? [branch] : ["-b", branch, "main"]));
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(work, path)), { recursive: true });
        writeFileSync(join(work, path), content);
      }
      return commit(branch);
    },
    merge(branch) {
      git(work, "checkout", "--quiet", "main");
      git(work, "merge", "--quiet", "--no-ff", "-m", "merge", branch);
      return publish("main");
    },
    checkout(revision) {
      const to = join(dir, `checkout-${++checkouts}`);
      rmSync(to, { recursive: true, force: true });
      git(dir, "clone", "--quiet", origin, to);
      git(to, "checkout", "--quiet", /^[0-9a-f]{40}$/.test(revision) ? revision : `origin/${revision}`);
      return to;
    },
  };
}
