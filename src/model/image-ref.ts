/**
 * An image reference by the grammar of the distribution project (`reference/regexp.go`):
 * `[domain[:port]/]path[:tag][@digest]`.
 */
export interface ImageRef {
  /** Registry host with its port, `docker.io` when the text names none. */
  readonly domain: string;
  /** Repository below the domain, `library/nginx`. */
  readonly path: string;
  /** `latest` when the text has neither tag nor digest; undefined for a bare digest. */
  readonly tag: string | undefined;
  /** `sha256:…`; when both are given the digest decides and the tag is a comment. */
  readonly digest: string | undefined;
}

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const DOMAIN = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`);
const PATH_PART = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const MAX_NAME_LENGTH = 255;

/** Parses a reference, or says in one clause what is wrong with it. */
export function parseImageRef(text: string): ImageRef | { readonly problem: string } {
  const [name = "", digest, ...more] = text.split("@");
  if (more.length > 0) return { problem: "has more than one `@`" };
  if (digest !== undefined && !DIGEST.test(digest))
    return { problem: `has a malformed digest \`${digest}\`` };
  const colon = name.lastIndexOf(":");
  const hasTag = colon > name.lastIndexOf("/");
  const tag = hasTag ? name.slice(colon + 1) : undefined;
  if (tag !== undefined && !TAG.test(tag)) return { problem: `has a malformed tag \`${tag}\`` };
  const repository = hasTag ? name.slice(0, colon) : name;
  if (repository === "") return { problem: "names no repository" };
  if (repository.length > MAX_NAME_LENGTH) return { problem: `is longer than ${MAX_NAME_LENGTH} characters` };

  const { domain, path } = splitDomain(repository);
  if (!DOMAIN.test(domain)) return { problem: `has a malformed registry host \`${domain}\`` };
  const badPart = path.split("/").find((part) => !PATH_PART.test(part));
  if (badPart !== undefined) {
    const why = /[A-Z]/.test(badPart) ? "repository names are lower case" : "not a repository name";
    return { problem: `has a malformed part \`${badPart}\` (${why})` };
  }
  return { domain, path, tag: tag ?? (digest === undefined ? "latest" : undefined), digest };
}

/** The first part is a host only if it has a dot, a port, capitals or is `localhost`; Docker's own rule. */
function splitDomain(repository: string): { domain: string; path: string } {
  const slash = repository.indexOf("/");
  const first = slash === -1 ? "" : repository.slice(0, slash);
  if (first !== "" && (/[.:[]/.test(first) || first === "localhost" || first !== first.toLowerCase())) {
    const domain = first === "index.docker.io" ? "docker.io" : first;
    const rest = repository.slice(slash + 1);
    return { domain, path: domain === "docker.io" && !rest.includes("/") ? `library/${rest}` : rest };
  }
  return { domain: "docker.io", path: slash === -1 ? `library/${repository}` : repository };
}

/** The repository as Docker lists it: without `docker.io/` and `library/`. */
export function familiarRepository(ref: ImageRef): string {
  if (ref.domain !== "docker.io") return `${ref.domain}/${ref.path}`;
  return ref.path.startsWith("library/") ? ref.path.slice("library/".length) : ref.path;
}

/** The one text under which an image is known: `repo:tag`, `repo@digest`, or `repo:tag@digest`. */
export function formatImageRef(ref: ImageRef): string {
  const tag = ref.tag === undefined ? "" : `:${ref.tag}`;
  const digest = ref.digest === undefined ? "" : `@${ref.digest}`;
  return `${familiarRepository(ref)}${tag}${digest}`;
}

/** What to look for in an image list: the digest when there is one, since it decides, else the tag. */
export function lookupKey(ref: ImageRef): string {
  return ref.digest === undefined
    ? `${familiarRepository(ref)}:${ref.tag ?? "latest"}`
    : `${familiarRepository(ref)}@${ref.digest}`;
}

/** `text` in the form of {@link lookupKey}; a text that is no reference (`<none>:<none>`) stays as it is. */
export function canonicalImageKey(text: string): string {
  const ref = parseImageRef(text);
  return "problem" in ref ? text : lookupKey(ref);
}
