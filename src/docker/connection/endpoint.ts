import { existsSync } from "node:fs";
import { join } from "node:path";
import { WarmError } from "../../errors.js";
import { readContext, readCurrentContext } from "./docker-context.js";
import { parseEndpoint } from "./parse-endpoint.js";
import { readTlsFiles, type TlsFiles } from "./tls-files.js";

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
 * @throws WarmError `usage` for a malformed URL, an unknown context or missing certificates.
 */
export function resolveEndpoint({ host, env, home }: EndpointSettings): Endpoint {
  const configDir = env.DOCKER_CONFIG || join(home, ".docker");
  const findTls = (isRequired: boolean) => findEnvironmentTls(isRequired, env, configDir);
  if (host) return parseEndpoint(host, "--host", findTls);
  if (env.DOCKER_HOST) return parseEndpoint(env.DOCKER_HOST, "DOCKER_HOST is set", findTls);
  const asked = env.DOCKER_CONTEXT || undefined;
  const name = asked ?? readCurrentContext(configDir);
  if (name === undefined || name === "default") return findSocket(env, home);
  const context = readContext(configDir, name);
  const why = asked === undefined ? `\`${name}\` is the current docker context` : "DOCKER_CONTEXT is set";
  // A context brings its own certificates; those of the environment belong to another daemon.
  return parseEndpoint(context.host, why, (isRequired) => context.tls ?? (isRequired ? NO_FILES : undefined));
}

const NO_FILES: TlsFiles = { ca: undefined, cert: undefined, key: undefined, rejectUnauthorized: true };

/** Any text but an empty one means yes in DOCKER_TLS_VERIFY and DOCKER_TLS; the latter alone trusts every daemon. */
function findEnvironmentTls(
  isRequired: boolean,
  env: NodeJS.ProcessEnv,
  configDir: string,
): TlsFiles | undefined {
  if (!isRequired && !env.DOCKER_TLS_VERIFY && !env.DOCKER_TLS) return undefined;
  const directory = env.DOCKER_CERT_PATH || configDir;
  const files = readTlsFiles(directory, isRequired || Boolean(env.DOCKER_TLS_VERIFY));
  if (env.DOCKER_TLS_VERIFY && files.ca === undefined) {
    throw new WarmError("usage", `DOCKER_TLS_VERIFY is set, but there is no ${join(directory, "ca.pem")}`, {
      hint: "name the folder of ca.pem, cert.pem and key.pem in DOCKER_CERT_PATH",
    });
  }
  return files;
}

function findSocket(env: NodeJS.ProcessEnv, home: string): Endpoint {
  const runtimeDir = env.XDG_RUNTIME_DIR;
  const candidates: [string, string][] = [
    ["/var/run/docker.sock", "the system's socket"],
    ...rootless(runtimeDir, ["docker.sock"], "rootless Docker's socket"),
    [join(home, ".docker", "run", "docker.sock"), "Docker Desktop's socket"],
    [join(home, ".docker", "desktop", "docker.sock"), "Docker Desktop's socket"],
    ...rootless(runtimeDir, ["podman", "podman.sock"], "rootless podman's socket"),
    ["/run/podman/podman.sock", "podman's socket"],
  ];
  const found = candidates.find(([path]) => existsSync(path));
  const socketPath = found?.[0] ?? "/var/run/docker.sock";
  const source = found === undefined ? "no socket was found, this is the default" : `${found[1]} is there`;
  return { transport: { kind: "unix", socketPath }, url: `unix://${socketPath}`, source };
}

function rootless(runtimeDir: string | undefined, path: string[], what: string): [string, string][] {
  return runtimeDir ? [[join(runtimeDir, ...path), what]] : [];
}
