import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Sandbox } from "../../rig/sandbox.js";
import { projectYaml } from "../templates/template-project.js";
import { eventually, namesOf, type Watching, watch } from "../watch/watched-project.js";

/** A repository that a watcher pulls from, and the clone that somebody commits in. */
export interface GitProject {
  /** The bare one. */
  readonly origin: string;
  readonly clone: string;
  /** Runs git in the clone. @returns what it printed */
  git(...args: string[]): string;
  /** Writes files (a text, or where a link leads), commits them and pushes. @returns the commit */
  push(files: Readonly<Record<string, string | { readonly link: string }>>, ...more: string[]): string;
  /** A good file whose template shows `mark` in its environment. */
  text(mark: string, settings?: TextSettings): string;
  /** Commits and pushes that. */
  pushMark(mark: string, settings?: TextSettings): string;
}

export interface TextSettings {
  readonly image?: string;
  readonly lines?: readonly string[];
  readonly head?: readonly string[];
}

/** Where no setting of this machine's user counts. */
export const GIT_ENV = {
  ...{ GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" },
  ...{ GIT_AUTHOR_NAME: "ann", GIT_AUTHOR_EMAIL: "ann@acme.test" },
  ...{ GIT_COMMITTER_NAME: "ann", GIT_COMMITTER_EMAIL: "ann@acme.test" },
};

export function runGit(cwd: string, args: readonly string[], env: Record<string, string> = {}): string {
  const options = { cwd, env: { PATH: process.env.PATH, ...GIT_ENV, ...env }, encoding: "utf8" } as const;
  return execFileSync("git", args, { ...options, stdio: ["ignore", "pipe", "pipe"] }).trim();
}

export function createGitProject(sandbox: Sandbox, image: string, blob: string, name = "infra"): GitProject {
  const root = join(sandbox.dir, "..", name);
  const [origin, clone] = [join(root, "origin.git"), join(root, "clone")];
  mkdirSync(root);
  runGit(root, ["init", "--quiet", "--bare", "--initial-branch=main", origin]);
  runGit(root, ["init", "--quiet", "--initial-branch=main", clone]);
  const git = (...args: string[]) => runGit(clone, args);
  git("remote", "add", "origin", origin);
  const push: GitProject["push"] = (files, ...more) => {
    for (const [path, content] of Object.entries(files)) {
      const at = join(clone, path);
      mkdirSync(dirname(at), { recursive: true });
      rmSync(at, { force: true });
      if (typeof content === "string") writeFileSync(at, content);
      else symlinkSync(content.link, at);
    }
    git("add", "--all");
    git("commit", "--quiet", "--allow-empty", "--message", "another one", ...more);
    git("push", "--quiet", "--force", "origin", "HEAD");
    return git("rev-parse", "HEAD");
  };
  const text: GitProject["text"] = (mark, { image: own = image, lines = [], head = [] } = {}) => {
    const template = { image: own, blob, lines: [`env: { MARK: ${mark} }`, ...lines] };
    return projectYaml(sandbox, { [namesOf(sandbox, "one").id]: template }, [
      ...["interval: 1m", "flapping: { heals: 100 }", ...head],
    ]);
  };
  return {
    ...{ origin, clone, git, push, text },
    pushMark: (mark, settings) => push({ "warm.yaml": text(mark, settings) }),
  };
}

/** Starts `warm watch --git` on a repository. */
export function watchGit(
  sandbox: Sandbox,
  url: string,
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Watching {
  return watch(sandbox, ["--git", url, "--poll", "1s", ...args], { env: { ...GIT_ENV, ...env } });
}

/** The value of MARK in the template's container, while that runs. */
export async function markOf(sandbox: Sandbox): Promise<string | undefined> {
  const found = await sandbox.docker
    .getContainer(namesOf(sandbox, "one").container)
    .inspect()
    .catch(() => undefined);
  const [, mark] = found?.State.Running ? (/MARK=(\S*)/.exec(found.Config.Env.join(" ")) ?? []) : [];
  return mark;
}

export const untilMark = (sandbox: Sandbox, watching: Watching, mark: string) =>
  eventually(
    async () => (await markOf(sandbox)) === mark,
    () => `${mark} never came:\n${watching.warm.output.stderr}`,
  );

/** Waits for the line that says that a revision is applied. */
export const untilApplied = (watching: Watching, commit: string, since = 0) =>
  watching.line(
    ({ msg, revision }) =>
      msg === "revision applied" && (revision as { commit?: string } | undefined)?.commit === commit,
    since,
  );

/** Bytes of a folder on disk. */
export async function sizeOf(path: string): Promise<number> {
  const { stdout } = await promisify(execFile)("du", ["-sb", path]);
  return Number.parseInt(stdout, 10);
}
