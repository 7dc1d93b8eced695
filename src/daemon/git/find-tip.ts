import { gitFailure } from "./explain-git.js";
import type { GitPlace } from "./git-place.js";
import type { GitAnswer } from "./run-git.js";

/** What a ref of a repository points at. */
export interface RefTip {
  /** Its full name there, `refs/heads/main`. */
  readonly ref: string;
  /** The commit, or an annotated tag. */
  readonly object: string;
}

const LINE = /^([0-9a-f]{40}|[0-9a-f]{64})\t(\S+)$/;

/**
 * Asks the repository what a branch or a tag points at. A branch goes before a tag of the same name.
 * @returns undefined when there is neither
 * @throws WarmError `git-failed`
 */
export async function findTip(
  place: GitPlace,
  git: (args: readonly string[]) => Promise<GitAnswer>,
): Promise<RefTip | undefined> {
  const { remote, ref } = place;
  const isFull = ref === "HEAD" || ref.startsWith("refs/");
  const names = isFull ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`];
  const answer = await git(["ls-remote", "--quiet", "--", remote.url, ...names]);
  if (answer.exitCode !== 0) throw gitFailure("cannot be read", answer, place);
  const found = new Map(
    answer.stdout.split("\n").flatMap((line): [string, string][] => {
      const [, object, name] = LINE.exec(line) ?? [];
      return object === undefined || name === undefined ? [] : [[name, object]];
    }),
  );
  for (const name of names) {
    const object = found.get(name);
    if (object !== undefined) return { ref: name, object };
  }
  return undefined;
}
