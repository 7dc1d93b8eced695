import { type ErrorCode, WarmError } from "../../errors.js";
import { explainTlsError } from "./explain-tls-error.js";
import { asText } from "./shape.js";

/** What a call is about: the host itself, or a registry that the daemon asks for us. */
export type Subject = "host" | "registry";

interface Rule {
  /** Only for what is said of a registry: elsewhere the same words mean something else. */
  readonly about?: Subject;
  readonly status?: number;
  readonly text?: RegExp;
  readonly code: ErrorCode;
  readonly hint?: string;
}

const LOGIN_HINT = "log in with `docker login <registry>`; `warm doctor` shows which credentials are found";

/**
 * Daemons differ in status codes and agree more or less in words, so the words decide first. Order matters: a
 * denied pull also says "not found or requires docker login".
 */
const RULES: readonly Rule[] = [
  {
    text: /HTTP request to an HTTPS server/i,
    code: "host-protocol",
    hint: "the daemon speaks TLS: set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH",
  },
  {
    text: /no space left on device|disk quota exceeded/i,
    code: "disk-full",
    hint: "free space on the Docker host: `docker system df`",
  },
  {
    text: /OCI runtime create.*exec: "|exec format error|OCI runtime attempted to invoke|OCI permission denied/is,
    code: "rejected",
    hint: "the image's command cannot be run: check that it is there, executable, and built for this host",
  },
  {
    about: "registry",
    text: /toomanyrequests|too many requests|rate limit/i,
    code: "rate-limited",
    hint: "wait, or log in to the registry",
  },
  {
    text: /no matching manifest|does not match the (specified|detected) platform|image operating system/i,
    code: "platform-mismatch",
    hint: "the image is built for another platform than the host's",
  },
  {
    about: "registry",
    text: /unauthorized|authentication required|incorrect username|access (to the resource is )?denied|denied:|no basic auth/i,
    code: "auth-failed",
    hint: LOGIN_HINT,
  },
  {
    about: "registry",
    text: /manifest.*(unknown|not found)|repository .* (does not exist|not found)|name unknown|failed to resolve reference.*: not found/i,
    code: "image-not-found",
    hint: "check the name and the tag",
  },
  {
    about: "registry",
    text: /no such host|connection refused|i\/o timeout|tls handshake|server gave http response|network is unreachable|lookup .* on |client\.timeout exceeded/i,
    code: "registry-unreachable",
    hint: "check that the Docker host reaches the registry",
  },
  {
    text: /name .* is already in use|that name is already in use|network .* already (exists|used)/i,
    code: "name-conflict",
  },
  {
    text: /volume is in use|image is in use|volume is being used|has active endpoints|is using its referenced image|removal of container .* is already in progress/i,
    code: "in-use",
  },
  { status: 404, code: "not-found" },
  { status: 409, code: "in-use" },
  { status: 400, code: "rejected" },
  { about: "registry", status: 401, code: "auth-failed", hint: LOGIN_HINT },
  { status: 401, code: "host-forbidden" },
  { status: 403, code: "host-forbidden" },
  { status: 429, code: "rate-limited" },
];

/** An answer of the daemon that is no success, as an error whose message starts with what was tried. */
export function mapStatus(what: string, status: number, text: string, about: Subject = "host"): WarmError {
  const message = text.trim().slice(0, 2000) || `HTTP ${status}`;
  const rule = RULES.find(
    (rule) =>
      (rule.about === undefined || rule.about === about) &&
      (rule.status === undefined || rule.status === status) &&
      (rule.text === undefined || rule.text.test(message)),
  );
  if (rule === undefined)
    return new WarmError("docker-failed", `${what}: ${message}`, {
      hint: "the Docker daemon's log may say more",
    });
  return new WarmError(rule.code, `${what}: ${message}`, { hint: rule.hint });
}

/** What the body of an answer that is no success says: `{"message":"…"}` of a daemon, anything of a proxy. */
export function messageOf(body: string): string {
  try {
    const answer = JSON.parse(body) as { readonly message?: unknown } | null;
    return typeof answer?.message === "string" ? answer.message : body;
  } catch {
    return body;
  }
}

/** A connection that could not be made or broke. */
export function mapTransport(what: string, error: unknown, url: string): WarmError {
  if (error instanceof WarmError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const tls = explainTlsError(error as NodeJS.ErrnoException);
  if (tls !== undefined) {
    const { why, hint } = tls;
    const text = `no trusted connection to Docker at ${url} (${what}): ${why}`;
    return new WarmError("host-forbidden", text, { hint, cause: error });
  }
  if (code === "EACCES" || code === "EPERM") {
    return new WarmError("host-forbidden", `no permission to use Docker at ${url}`, {
      hint: "run as root or as a member of the group `docker`",
      cause: error,
    });
  }
  const why = code === "ENOENT" || code === "ECONNREFUSED" ? "nothing answers there" : message || code;
  return new WarmError("host-unreachable", `cannot reach Docker at ${url} (${what}): ${why}`, {
    hint: "is the daemon running? `warm doctor` shows how the endpoint was chosen",
    cause: error,
  });
}

interface DockerodeError {
  readonly statusCode?: number;
  readonly json?: { readonly message?: unknown } | null;
  readonly message: string;
}

/** What dockerode rejects with: its own text around the daemon's for answers, node's error for the rest. */
export function mapDockerode(what: string, error: unknown, url: string, about: Subject = "host"): WarmError {
  if (error instanceof WarmError) return error;
  const { statusCode, json, message } = error as DockerodeError;
  if (statusCode === undefined) return mapTransport(what, error, url);
  return mapStatus(
    what,
    statusCode,
    asText(json?.message) || message.replace(/^\(HTTP code \d+\) .*? - /, ""),
    about,
  );
}
