import { execFileSync, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { createHostsRepository } from "../forge/hosts-repository.js";

/** A repository that is served on this machine's loopback, by git's own daemon. */
export interface ServedRepository {
  readonly url: string;
  /** Of its main branch. */
  readonly commit: string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @param copied as for `createHostsRepository` */
export async function serveRepository(
  dir: string,
  copied: Readonly<Record<string, string>>,
): Promise<ServedRepository> {
  const commit = createHostsRepository(dir, copied).push("main", {});
  const port = await findFreePort();
  const core = execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim();
  const options = ["--export-all", "--listen=127.0.0.1", `--port=${port}`, `--base-path=${dir}`];
  const daemon = spawn(join(core, "git-daemon"), [...options, dir], { stdio: "ignore" });
  return {
    url: `git://127.0.0.1:${port}/origin.git`,
    commit,
    async [Symbol.asyncDispose]() {
      daemon.kill("SIGKILL");
    },
  };
}

function findFreePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === "object" ? address.port : 0));
    });
  });
}
