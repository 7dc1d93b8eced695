import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { WarmError } from "../errors.js";
import { type ContextEndpoint, readContext, readCurrentContext } from "./docker-context.js";

export interface TlsFiles {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
  readonly rejectUnauthorized: boolean;
}

/** How to reach one Docker daemon. */
export type Transport =
  | { readonly kind: "unix"; readonly socketPath: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "tls"; readonly host: string; readonly port: number; readonly tls: TlsFiles }
  | {
      readonly kind: "ssh";
      readonly host: string;
      readonly port: number | undefined;
      readonly user: string | undefined;
      /** Socket on the far side, when the URL names one. */
      readonly socketPath: string | undefined;
    };

export interface Endpoint {
  readonly transport: Transport;
  /** `unix:///run/docker.sock`: for people and for comparing plans; holds no secret. */
  readonly url: string;
  /** Why this one, `DOCKER_HOST is set`. */
  readonly source: string;
}

export interface EndpointSettings {
  /** `--host`, wins over all else. */
  readonly host?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** The user's home directory. */
  readonly home: string;
}

/**
 * Chooses the daemon as the docker CLI does: `--host`, DOCKER_HOST, DOCKER_CONTEXT, the current context, then
 * the first socket that is there (system, rootless, Docker Desktop, podman).
 * @throws WarmError `usage` for a malformed URL or an unknown context.
 */
export function resolveEndpoint({ host, env, home }: EndpointSettings): Endpoint {
  if (host) return parseEndpoint(host, "--host", env, home);
  if (env.DOCKER_HOST) return parseEndpoint(env.DOCKER_HOST, "DOCKER_HOST is set", env, home);
  const configDir = env.DOCKER_CONFIG || join(home, ".docker");
  if (env.DOCKER_CONTEXT) {
    return fromContext(env.DOCKER_CONTEXT, "DOCKER_CONTEXT is set", configDir, env, home);
  }
  const current = readCurrentContext(configDir);
  if (current !== undefined) {
    return fromContext(current, `\`${current}\` is the current docker context`, configDir, env, home);
  }
  return findSocket(env, home);
}

function fromContext(
  name: string,
  why: string,
  configDir: string,
  env: NodeJS.ProcessEnv,
  home: string,
): Endpoint {
  if (name === "default") return findSocket(env, home);
  const context: ContextEndpoint = readContext(configDir, name);
  return parseEndpoint(context.host, why, env, home, context.tls);
}

function findSocket(env: NodeJS.ProcessEnv, home: string): Endpoint {
  const runtimeDir = env.XDG_RUNTIME_DIR;
  const candidates = [
    ["/var/run/docker.sock", "the system's socket"],
    ...(runtimeDir ? [[join(runtimeDir, "docker.sock"), "rootless Docker's socket"]] : []),
    [join(home, ".docker", "run", "docker.sock"), "Docker Desktop's socket"],
    [join(home, ".docker", "desktop", "docker.sock"), "Docker Desktop's socket"],
    ...(runtimeDir ? [[join(runtimeDir, "podman", "podman.sock"), "rootless podman's socket"]] : []),
    ["/run/podman/podman.sock", "podman's socket"],
  ] as [string, string][];
  const [socketPath, source] =
    candidates.find(([path]) => existsSync(path)) ?? (candidates[0] as [string, string]);
  const why = existsSync(socketPath) ? `${source} is there` : "no socket was found, this is the default";
  return { transport: { kind: "unix", socketPath }, url: `unix://${socketPath}`, source: why };
}

function parseEndpoint(
  text: string,
  source: string,
  env: NodeJS.ProcessEnv,
  home: string,
  contextTls?: TlsFiles,
): Endpoint {
  if (text.startsWith("unix://")) {
    const socketPath = text.slice("unix://".length) || "/var/run/docker.sock";
    return { transport: { kind: "unix", socketPath }, url: `unix://${socketPath}`, source };
  }
  const url = parseUrl(text.includes("://") ? text : `tcp://${text}`, source);
  if (url.protocol === "ssh:") return { transport: parseSsh(url, source), url: withoutPassword(url), source };
  if (!["tcp:", "http:", "https:"].includes(url.protocol)) throw malformed(text, source);

  const wantsTls = contextTls !== undefined || Boolean(env.DOCKER_TLS_VERIFY) || url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port) || (wantsTls ? 2376 : 2375);
  const shown = `tcp://${url.hostname}:${port}`;
  if (!wantsTls) return { transport: { kind: "tcp", host, port }, url: shown, source };
  const tls = contextTls ?? readTlsFiles(env.DOCKER_CERT_PATH || join(home, ".docker"));
  return { transport: { kind: "tls", host, port, tls }, url: shown, source };
}

function parseSsh(url: URL, source: string): Transport {
  const host = url.hostname;
  if (host === "" || host.startsWith("-") || url.username.startsWith("-"))
    throw malformed(withoutPassword(url), source);
  if (url.password !== "") {
    throw new WarmError("usage", `${source}: an ssh URL takes no password`, {
      hint: "use a key or an agent; warm never asks for a password",
    });
  }
  return {
    kind: "ssh",
    host,
    port: url.port === "" ? undefined : Number(url.port),
    user: url.username === "" ? undefined : decodeURIComponent(url.username),
    socketPath: url.pathname === "" || url.pathname === "/" ? undefined : url.pathname,
  };
}

/** The client's certificates, by the docker CLI's file names; a missing one is left out. */
export function readTlsFiles(directory: string, rejectUnauthorized = true): TlsFiles {
  const read = (name: string) => {
    const path = join(directory, name);
    return existsSync(path) ? readFileSync(path) : undefined;
  };
  return { ca: read("ca.pem"), cert: read("cert.pem"), key: read("key.pem"), rejectUnauthorized };
}

function parseUrl(text: string, source: string): URL {
  try {
    return new URL(text);
  } catch {
    throw malformed(text, source);
  }
}

function withoutPassword(url: URL): string {
  const user = url.username === "" ? "" : `${url.username}@`;
  return `${url.protocol}//${user}${url.host}${url.pathname === "/" ? "" : url.pathname}`;
}

function malformed(text: string, source: string): WarmError {
  return new WarmError(
    "usage",
    `${source}: \`${text.replace(/:[^:@/]*@/, ":***@")}\` is no Docker endpoint`,
    {
      hint: "use unix:///path/docker.sock, tcp://host:port or ssh://user@host",
    },
  );
}
