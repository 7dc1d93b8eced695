import { resolve } from "node:path";
import { WarmError } from "../../errors.js";

/** A repository to pull from. */
export interface GitRemote {
  /** What git is given; holds no credentials. A plain path is absolute. */
  readonly url: string;
  /** For people: as `url`, without what may be a secret. */
  readonly shown: string;
  readonly protocol: GitProtocol;
  /** What the URL held of them; undefined when it held none. */
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
}

const PROTOCOLS = ["file", "http", "https", "ssh", "git"] as const;
export type GitProtocol = (typeof PROTOCOLS)[number];

const SCP_LIKE = /^(?:([^/:@]+)@)?(\[[^\]]+\]|[^/:@[\]]+):(?!:)(.+)$/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//;

/**
 * Reads where a repository is: a URL, `user@host:path` or a path from `cwd`.
 * @throws WarmError `usage` for what git could take for an option or a command, and for other protocols
 */
export function parseGitRemote(text: string, cwd: string): GitRemote {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (text === "" || /[\u0000-\u001f\u007f]/.test(text) || text.startsWith("-"))
    throw refused("is no URL of a repository");
  if (/^[A-Za-z0-9+.-]+::/.test(text)) throw refused("names a helper program, which warm runs none of");
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined) return parseUrl(text, scheme);
  const [, user, host = ""] = SCP_LIKE.exec(text) ?? [];
  if (host !== "") {
    if (host.startsWith("-") || user?.startsWith("-")) throw refused("has a host that looks like an option");
    return { url: text, shown: text, protocol: "ssh", credentials: undefined };
  }
  const path = resolve(cwd, text);
  return { url: path, shown: path, protocol: "file", credentials: undefined };
}

function parseUrl(text: string, scheme: string): GitRemote {
  const protocol = PROTOCOLS.find((known) => known === scheme);
  if (protocol === undefined) throw refused(`uses \`${scheme}\``);
  if (protocol === "file") return { url: text, shown: text, protocol, credentials: undefined };
  if (!URL.canParse(text)) throw refused("is no URL");
  const url = new URL(text);
  const user = decode(url.username);
  const password = decode(url.password);
  if (url.hostname === "" || decode(url.hostname).startsWith("-") || user.startsWith("-"))
    throw refused("has a host that looks like an option");
  const hasOwn = (protocol === "http" || protocol === "https") && user + password !== "";
  url.password = "";
  if (protocol !== "ssh") url.username = "";
  url.hash = "";
  return {
    url: url.href,
    shown: url.href.replace(/\?.*$/s, "?…"),
    protocol,
    credentials: hasOwn ? { user, password } : undefined,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Never repeats what was written: it may hold a password. */
function refused(why: string): WarmError {
  return new WarmError("usage", `what \`--git\` names ${why}`, {
    hint: "name a path, or a URL of file, http, https, ssh or git",
  });
}
