import { WarmError } from "../../errors.js";
import type { GitPlace } from "./git-place.js";
import type { GitAnswer } from "./run-git.js";

const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /could not read (Username|Password)|Authentication failed|HTTP Basic: Access denied|returned error: 40[13]/i,
    "set WARM_GIT_TOKEN to a token that may read the repository",
  ],
  [/Host key verification failed/i, "add the host's key to known_hosts, by hand"],
  [
    /Permission denied \(|Could not read from remote repository/i,
    "see to it that `ssh` reaches it without being asked anything, or set GIT_SSH_COMMAND",
  ],
  [/dubious ownership/i, "allow it with `git config --global --add safe.directory <path>`"],
  [/redirect|returned error: 30\d/i, "name the URL that it redirects to: a token is not sent elsewhere"],
  [/not found|does not exist|does not appear to be a git repository/i, "check the URL"],
];

/** What git said, in one line, without anything that is secret. */
export function gitWords(
  { stderr }: Pick<GitAnswer, "stderr">,
  { secrets }: Pick<GitPlace, "secrets">,
): string {
  const lines = stderr.split("\n");
  const told = lines.filter((line) => /^(fatal|error|remote):/.test(line));
  const words = (told.length > 0 ? told : lines).map((line) => line.replace(/^(fatal|error): */, ""));
  const text = words
    .filter((line) => line !== "")
    .slice(0, 3)
    .join("; ")
    .slice(0, 500);
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, "(sensitive)"), text);
}

/**
 * A call of git that failed.
 * @param what `cannot be read`
 */
export function gitFailure(what: string, answer: GitAnswer, place: GitPlace): WarmError {
  const words = gitWords(answer, place);
  const message = `${place.remote.shown} ${what}: ${words || `git exited with ${answer.exitCode}`}`;
  if (/No space left on device|Disk quota exceeded/i.test(answer.stderr))
    return new WarmError("disk-full", message, { hint: "free some space in the state directory" });
  const hint = HINTS.find(([pattern]) => pattern.test(answer.stderr))?.[1];
  return new WarmError("git-failed", message, { hint: hint ?? "it is tried again" });
}
