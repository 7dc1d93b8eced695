import { existsSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";

/**
 * @typedef {{ kind: "local", socketPath: string }
 *   | { kind: "unusable", reason: string }
 *   | { kind: "none", looked: string[] }} FoundDocker
 */

/**
 * Looks for a Docker on this machine: DOCKER_HOST when it is set, else the usual sockets.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<FoundDocker>} "unusable" is a Docker that was asked for and that the rig cannot work with
 */
export async function findDocker(env) {
  const host = env.DOCKER_HOST;
  if (host && !host.startsWith("unix://")) return { kind: "unusable", reason: describeUnusable(host) };
  const sockets = host ? [host.slice("unix://".length)] : usualSockets(env);
  const looked = [];
  for (const socketPath of sockets) {
    const problem = existsSync(socketPath) ? await pingDocker(socketPath) : "no such file";
    if (problem === undefined) return { kind: "local", socketPath };
    looked.push(`${socketPath} (${problem})`);
  }
  return { kind: "none", looked };
}

/** @param {NodeJS.ProcessEnv} env */
function usualSockets(env) {
  const rootless = env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, "docker.sock")] : [];
  return ["/var/run/docker.sock", ...rootless];
}

/** @param {string} host */
function describeUnusable(host) {
  return [
    `DOCKER_HOST is ${host}. The rig needs a Docker on this machine, reached by a unix socket: it starts a`,
    "registry on this machine's loopback that Docker must be able to pull from.",
    "Set DOCKER_HOST=unix:///path/to/docker.sock, or WARM_RIG=own for a Docker of its own (Debian, as root).",
  ].join("\n");
}

/**
 * @param {string} socketPath
 * @returns {Promise<string | undefined>} why it does not answer within 2 s; nothing if it does
 */
export function pingDocker(socketPath) {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: "/_ping", timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200 ? undefined : `answers /_ping with ${response.statusCode}`);
    });
    call.on("timeout", () => call.destroy(new Error("no answer within 2 s")));
    call.on("error", (error) => resolve(error.message));
    call.end();
  });
}
