import type { Command } from "commander";
import type { GitSettings } from "../../daemon/git/git-place.js";
import { WarmError } from "../../errors.js";
import type { GlobalOptions } from "../command-context.js";
import { duration } from "../option-values.js";

export interface GitOptions {
  readonly git?: string;
  readonly ref?: string;
  readonly path?: string;
  readonly poll?: number;
  readonly verifySignatures?: boolean;
  readonly rollbackOnFailure?: boolean;
}

/** Where `warm watch` finds its file, and what it does with one whose work fails. */
export function addGitOptions(command: Command): Command {
  return command
    .option(
      "--git <url>",
      "the file is in this repository: file, http, https, ssh or git; see WARM_GIT_TOKEN below",
    )
    .option("--ref <name>", "with --git: the branch or tag; default the repository's own")
    .option("--path <path>", "with --git: the file in the repository; default warm.yaml")
    .option("--poll <duration>", "with --git: how long from one look to the next; default 30s", duration)
    .option("--verify-signatures", "with --git: only what is signed by a key that git here trusts is used")
    .option(
      "--rollback-on-failure",
      "go back to the last revision that was applied when the work of a new one fails for good",
    )
    .addHelpText(
      "after",
      `
Environment:
  WARM_GIT_TOKEN   sent to the host of --git, over http and https alone
  WARM_GIT_USER    who it is of; default x-access-token
  GIT_SSH_COMMAND  how git reaches a host by ssh; default plain ssh`,
    );
}

/** @throws WarmError `usage` for what goes with `--git` without it, and for a file that is named twice */
export function readGitOptions(
  { git: url, ref, path, poll: pollMs, verifySignatures: verifiesSignatures }: GitOptions,
  { file }: GlobalOptions,
  env: NodeJS.ProcessEnv,
): GitSettings | undefined {
  if (url === undefined) {
    const given = Object.entries({ ref, path, poll: pollMs, "verify-signatures": verifiesSignatures });
    const [lone] = given.find(([, value]) => value !== undefined) ?? [];
    if (lone === undefined) return undefined;
    throw new WarmError("usage", `\`--${lone}\` says nothing without \`--git\``, {
      hint: "name the repository with `--git`",
    });
  }
  if (file !== "warm.yaml")
    throw new WarmError("usage", "`--file` names a file here, and `--git` one in a repository", {
      hint: "name the repository's with `--path`",
    });
  return { url, ref, path, pollMs, verifiesSignatures, token: env.WARM_GIT_TOKEN, user: env.WARM_GIT_USER };
}
