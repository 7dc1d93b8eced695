import { WarmError } from "../../errors.js";
import type { Endpoint, Transport } from "./endpoint.js";
import type { TlsFiles } from "./tls-files.js";

const DEFAULT_SOCKET = "/var/run/docker.sock";
const PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443, "tcp:": 2375 };
const TLS_PORT = 2376;

/**
 * Reads `unix://`, `tcp://`, `http://`, `https://` or `ssh://`; without a scheme it is tcp, and without a host it
 * is this machine, as with the docker CLI.
 * @param source why this one, as an error's message starts
 * @param findTls the certificates to use, undefined for none; told whether there must be some
 * @throws WarmError `usage` when it cannot be understood, or asks for what would be ignored. No password is repeated.
 */
export function parseEndpoint(
  text: string,
  source: string,
  findTls: (isRequired: boolean) => TlsFiles | undefined,
): Endpoint {
  if (text.startsWith("unix://")) {
    const socketPath = text.slice("unix://".length) || DEFAULT_SOCKET;
    return { transport: { kind: "unix", socketPath }, url: `unix://${socketPath}`, source };
  }
  if (text.startsWith("/")) throw malformed(text, source, `for a socket, write unix://${text}`);
  const whole = text.includes("://") ? text : `tcp://${text}`;
  const url = parseUrl(whole.replace(/^tcp:\/\/(?=:|$)/, "tcp://localhost"), text, source);
  if (url.search !== "" || url.hash !== "") throw malformed(text, source);
  if (url.protocol === "ssh:") return parseSsh(url, text, source);
  return parseTcp(url, text, source, findTls);
}

function parseTcp(
  url: URL,
  text: string,
  source: string,
  findTls: (isRequired: boolean) => TlsFiles | undefined,
): Endpoint {
  const defaultPort = PORTS[url.protocol];
  if (defaultPort === undefined) throw malformed(text, source);
  if (url.pathname !== "" && url.pathname !== "/") throw malformed(text, source, "leave the path out");
  const tls = findTls(url.protocol === "https:");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // A URL leaves its scheme's own port out.
  const port = Number(url.port) || (url.protocol === "tcp:" && tls ? TLS_PORT : defaultPort);
  const shown = `tcp://${url.hostname}:${port}`;
  const transport: Transport = tls ? { kind: "tls", host, port, tls } : { kind: "tcp", host, port };
  return { transport, url: shown, source };
}

/** What starts with a dash would be an option to ssh. */
const SAFE_NAME = /^[^-\p{Cc}\s][^\p{Cc}\s]*$/u;

function parseSsh(url: URL, text: string, source: string): Endpoint {
  if (url.password !== "") {
    throw new WarmError("usage", `${source}: an ssh URL takes no password`, {
      hint: "use a key or an agent; warm never asks for a password",
    });
  }
  const { hostname: host, port, pathname } = url;
  const user = decode(url.username);
  if (user === undefined || !SAFE_NAME.test(host) || (user !== "" && !SAFE_NAME.test(user))) {
    throw malformed(text, source);
  }
  const transport: Transport = {
    kind: "ssh",
    host: host.replace(/^\[|\]$/g, ""),
    port: port === "" ? undefined : Number(port),
    user: user === "" ? undefined : user,
    socketPath: pathname === "" || pathname === "/" ? undefined : pathname,
  };
  const at = user === "" ? "" : `${url.username}@`;
  return { transport, url: `ssh://${at}${url.host}${transport.socketPath ?? ""}`, source };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function parseUrl(url: string, text: string, source: string): URL {
  try {
    return new URL(url);
  } catch {
    throw malformed(text, source);
  }
}

function malformed(
  text: string,
  source: string,
  hint = "use unix:///path/docker.sock, tcp://host:port or ssh://user@host",
): WarmError {
  return new WarmError("usage", `${source}: \`${withoutPassword(text)}\` is no Docker endpoint`, { hint });
}

/** Whatever stands before the last `@`, but for a user's name, may be part of a password. */
function withoutPassword(text: string): string {
  return text.replace(/^([a-z]+:\/\/)?([^:@]*):.*@/is, "$1$2:***@");
}
