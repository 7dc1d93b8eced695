import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { tempDirPrefix } from "./bootstrap/temp-dirs.mjs";
import { spawnTied, terminate } from "./tied-process.js";

export type Login = { username: string; password: string };

export type Registry = {
  /** Host and port, as image references begin: "127.0.0.1:40001". */
  host: string;
  /** What it asks for; absent if everybody may push and pull. */
  login?: Login;
  /** Ends it and forgets all images. */
  stop(): Promise<void>;
};

/** The only login that a registry of the rig knows: its htpasswd file takes bcrypt, which Node does not have. */
export const registryLogin: Login = { username: "rig", password: "rig-password" };
const htpasswd = "rig:$2y$05$abcdefghijklmnopqrstuuJ7B/9Nk938PDuBgK5HMSPBpqEnQgHeW\n";

/**
 * Starts Debian's `docker-registry` on loopback, where Docker needs no TLS.
 *
 * @param options port: by default one that is free; withLogin: every request needs `registryLogin`
 * @throws Error with the log when it does not listen (port taken, program missing)
 */
export async function startRegistry(options: { port?: number; withLogin?: boolean } = {}): Promise<Registry> {
  const dir = mkdtempSync(tempDirPrefix("registry"));
  const configFile = join(dir, "config.json"); // YAML, of which JSON is a part
  writeFileSync(join(dir, "htpasswd"), htpasswd);
  const config = {
    version: 0.1,
    log: { level: "info", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(dir, "data") }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${options.port ?? 0}`, secret: "one registry, one secret" },
    ...(options.withLogin && { auth: { htpasswd: { realm: "rig", path: join(dir, "htpasswd") } } }),
  };
  writeFileSync(configFile, JSON.stringify(config));
  const child = spawnTied(["docker-registry", "serve", configFile], { stdio: ["ignore", "ignore", "pipe"] });
  const removeDir = () => rmSync(dir, { recursive: true, force: true });
  try {
    const host = await readAddress(child);
    return {
      host,
      ...(options.withLogin && { login: registryLogin }),
      async stop() {
        await terminate(child, 3000);
        removeDir();
      },
    };
  } catch (error) {
    child.kill("SIGKILL");
    removeDir();
    throw error;
  }
}

/** The registry says where it listens, which spares us to look for a free port and to poll it. */
function readAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const log: string[] = [];
    if (!child.stderr) throw new Error("the registry was started without a pipe for its log");
    createInterface(child.stderr).on("line", (line) => {
      const address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address) resolve(address);
      log.push(line);
      if (log.length > 20) log.shift();
    });
    child.once("error", reject);
    child.once("close", (code) =>
      reject(new Error(`docker-registry ended with code ${code}\n${log.join("\n")}`)),
    );
  });
}
