import { posix } from "node:path";
import { WarmError } from "../../errors.js";
import { type GitRemote, parseGitRemote } from "./git-remote.js";

/** Where warm.yaml is kept, as the user says it. */
export interface GitSettings {
  readonly url: string;
  /** A branch, a tag, or a full name such as `refs/heads/main`; default the repository's own choice. */
  readonly ref?: string | undefined;
  /** Of the file in the repository; default `warm.yaml`. */
  readonly path?: string | undefined;
  /** How long from one look to the next; default 30 s. */
  readonly pollMs?: number | undefined;
  /** Whether a commit counts only with a signature that git trusts. */
  readonly verifiesSignatures?: boolean | undefined;
  /** For http and https. Sent to that host alone. */
  readonly token?: string | undefined;
  /** Who the token is of; default `x-access-token`. */
  readonly user?: string | undefined;
}

/** The same, checked. */
export interface GitPlace {
  readonly remote: GitRemote;
  readonly ref: string;
  readonly path: string;
  readonly pollMs: number;
  readonly verifiesSignatures: boolean;
  /** What is sent as `Authorization`; undefined: nothing. */
  readonly authorization: string | undefined;
  /** What must never be shown. */
  readonly secrets: readonly string[];
}

const POLL_MS = 30_000;
const LEAST_POLL_MS = 1_000;
const LONGEST_POLL_MS = 24 * 3_600_000;
const TOKEN_USER = "x-access-token";

/** @throws WarmError `usage` that names the option */
export function readGitPlace(settings: GitSettings, cwd: string): GitPlace {
  const { ref = "HEAD", path = "warm.yaml", pollMs = POLL_MS, verifiesSignatures = false } = settings;
  const remote = parseGitRemote(settings.url, cwd);
  checkRef(ref);
  if (pollMs < LEAST_POLL_MS || pollMs > LONGEST_POLL_MS)
    throw new WarmError("usage", "`--poll` is shorter than 1s or longer than 24h", {
      hint: "30s is the default",
    });
  return {
    ...{ remote, ref, path: readPath(path), pollMs, verifiesSignatures },
    ...readCredentials(remote, settings),
  };
}

function readCredentials(
  { credentials, protocol }: GitRemote,
  { token = "", user = "" }: GitSettings,
): Pick<GitPlace, "authorization" | "secrets"> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f]/.test(token + user))
    throw new WarmError(
      "usage",
      "WARM_GIT_TOKEN or WARM_GIT_USER has a line break or another control character",
      {
        hint: "set it without one",
      },
    );
  if (token !== "" && protocol !== "http" && protocol !== "https")
    throw new WarmError(
      "usage",
      `WARM_GIT_TOKEN is for http and https, and \`--git\` names a repository over ${protocol}`,
      {
        hint: "unset it, or name the repository's https URL",
      },
    );
  const password = token === "" ? credentials?.password : token;
  if (password === undefined) return { authorization: undefined, secrets: [] };
  const name = user || credentials?.user || TOKEN_USER;
  const encoded = Buffer.from(`${name}:${password}`).toString("base64");
  return { authorization: `Basic ${encoded}`, secrets: [encoded, password].filter((text) => text !== "") };
}

/** The rules of `git check-ref-format`, and nothing that could be an option, a pattern or an expression. */
function checkRef(ref: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  const isBad = /^[-/.]|[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|[/.]$|\.lock(\/|$)/.test(ref);
  if (ref === "" || ref === "@" || isBad)
    throw new WarmError("usage", "what `--ref` names is no branch and no tag", {
      hint: "name one, such as main or v1.4.0",
    });
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref))
    throw new WarmError("usage", "`--ref` names a commit, which never changes", {
      hint: "name a branch or a tag",
    });
}

/** A path that stays in the checkout, with single slashes. */
function readPath(path: string): string {
  const parts = path.split("/");
  const isOut = path.startsWith("/") || parts.includes("..") || parts.includes(".git");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (path === "" || path.endsWith("/") || isOut || /[\u0000-\u001f\u007f]/.test(path))
    throw new WarmError("usage", "what `--path` names is no file of the repository", {
      hint: "name it from the repository's root, such as deploy/warm.yaml",
    });
  return posix.normalize(path);
}
