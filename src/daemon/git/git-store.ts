import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { makePrivateFolder } from "../../apply/revisions/private-folder.js";
import { makeStateFolder, unwritableState } from "../../apply/revisions/state-folder.js";
import { WarmError } from "../../errors.js";
import { gitFailure, gitWords } from "./explain-git.js";
import type { RefTip } from "./find-tip.js";
import type { GitPlace } from "./git-place.js";
import type { GitAnswer } from "./run-git.js";

/** A commit as files. */
export interface Checkout {
  readonly commit: string;
  /** Absolute: the commit's tree, without a repository. */
  readonly directory: string;
}

/** What was fetched, in the state directory: `git/trees/<commit>` for each commit that is used. */
export interface GitStore {
  /**
   * Fetches what a ref points at, alone, and lays its files out. Whole or not there, whenever warm is killed.
   * @throws WarmError `config-invalid` for a signature that does not count; `git-failed`, `disk-full`, `rejected`
   */
  checkOut(tip: RefTip): Promise<Checkout>;
  /** Removes the trees of all other commits. Never throws. */
  keep(commits: ReadonlySet<string>): Promise<void>;
  /** Removes what only this process used. Never throws. */
  close(): Promise<void>;
}

export interface GitStoreTools {
  readonly place: GitPlace;
  readonly stateDir: string;
  readonly git: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<GitAnswer>;
}

const HELD = "refs/warm/tip";
/** A repository that only ever grows is begun anew. */
const MOST_FETCHES = 20;
const FORGOTTEN_MS = 24 * 3_600_000;

/** Sweeps what killed processes left. @throws WarmError `rejected`, `disk-full` */
export async function openGitStore({ place, stateDir, git }: GitStoreTools): Promise<GitStore> {
  const root = join(stateDir, "git");
  const trees = join(root, "trees");
  const own = join(root, "work", `${machineName()}-${process.pid}-${randomBytes(4).toString("hex")}`);
  const repository = join(own, "repository");
  let fetches = 0;
  /** Of which nobody may have heard yet. */
  let newest: string | undefined;
  try {
    await makeStateFolder(stateDir);
    // Whatever else stands in them is swept.
    for (const folder of [root, trees, join(root, "work")]) await makePrivateFolder(folder);
  } catch (cause) {
    throw unwritableState(stateDir, cause);
  }
  await sweep(join(root, "work"));

  const inRepository = (args: readonly string[], env?: Readonly<Record<string, string>>) =>
    git([`--git-dir=${repository}`, ...args], env);

  async function must(what: string, args: readonly string[], env?: Readonly<Record<string, string>>) {
    const answer = await inRepository(args, env);
    if (answer.exitCode !== 0) throw gitFailure(what, answer, place);
    return answer.stdout.trim();
  }

  async function fetch({ ref, object }: RefTip): Promise<void> {
    if (fetches % MOST_FETCHES === 0) {
      await rm(own, { recursive: true, force: true });
      await mkdir(own, { recursive: true, mode: 0o700 });
      const format = object.length === 64 ? "sha256" : "sha1";
      const made = await git([
        "init",
        "--bare",
        "--quiet",
        "--template=",
        `--object-format=${format}`,
        "--",
        repository,
      ]);
      if (made.exitCode !== 0) throw gitFailure("cannot be kept", made, place);
    }
    // Others that look for leftovers see that this is none.
    await utimes(own, new Date(), new Date());
    fetches += 1;
    const quiet = [
      "--no-tags",
      "--force",
      "--no-write-fetch-head",
      "--no-recurse-submodules",
      "--no-auto-gc",
    ];
    const args = ["fetch", "--depth=1", "--progress", ...quiet, "--", place.remote.url, `+${ref}:${HELD}`];
    await must("cannot be fetched", args).catch((error) => {
      // Whatever state it is in, the next one begins with none.
      fetches = 0;
      throw error;
    });
  }

  async function verify(commit: string): Promise<void> {
    const object = await must("cannot be read", ["rev-parse", "--verify", HELD]);
    const isTag = object !== commit;
    const answer = await inRepository([isTag ? "verify-tag" : "verify-commit", object]);
    if (answer.exitCode === 0) return;
    const words = gitWords(answer, place);
    const said = words === "" ? "it has none" : words;
    throw new WarmError(
      "config-invalid",
      `${isTag ? `the tag ${place.ref} of commit` : "commit"} ${commit} of ${place.remote.shown} has no signature that counts: ${said}`,
      { hint: "sign it with a key that git here trusts: `gpg.ssh.allowedSignersFile`, or your gpg keyring" },
    );
  }

  async function layOut(commit: string): Promise<string> {
    const nonce = randomBytes(4).toString("hex");
    const [fresh, index, old] = ["tree", "index", "old"].map((name) => join(own, `${name}-${nonce}`)) as [
      string,
      string,
      string,
    ];
    const target = join(trees, commit);
    try {
      await mkdir(fresh, { mode: 0o700 });
      await must("cannot be laid out", [`--work-tree=${fresh}`, "read-tree", "-v", "-u", "--reset", commit], {
        GIT_INDEX_FILE: index,
      });
      newest = commit;
      // One that stands there may be of a machine that lost its power.
      await rename(target, old).catch(() => undefined);
      await rename(fresh, target);
    } finally {
      await Promise.all([fresh, index, old].map((path) => rm(path, { recursive: true, force: true }))).catch(
        () => undefined,
      );
    }
    return target;
  }

  return {
    async checkOut(tip) {
      try {
        await fetch(tip);
        const commit = await must("cannot be read", ["rev-parse", "--verify", `${HELD}^{commit}`]);
        if (place.verifiesSignatures) await verify(commit);
        return { commit, directory: await layOut(commit) };
      } catch (error) {
        throw error instanceof WarmError ? error : unwritableState(stateDir, error);
      }
    },
    async keep(commits) {
      for (const name of await readdir(trees).catch(() => []))
        if (!commits.has(name) && name !== newest)
          await rm(join(trees, name), { recursive: true, force: true }).catch(() => undefined);
    },
    close: () => rm(own, { recursive: true, force: true }).catch(() => undefined),
  };
}

const machineName = () => hostname().replaceAll(/[^A-Za-z0-9.]/g, "_");

/** Leftovers of processes that are gone: here, or elsewhere and long silent. */
async function sweep(work: string): Promise<void> {
  for (const name of await readdir(work).catch(() => [])) {
    const path = join(work, name);
    const [, machine, pid] = /^(.*)-(\d+)-[0-9a-f]+$/.exec(name) ?? [];
    const isGone =
      machine === machineName()
        ? !isRunning(Number(pid))
        : ((await stat(path).catch(() => undefined))?.mtimeMs ?? 0) < Date.now() - FORGOTTEN_MS;
    if (isGone) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}

function isRunning(pid: number): boolean {
  // A container's first process has the number of the one before it.
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
