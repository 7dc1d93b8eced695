import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PoolView } from "../../src/model/engine.js";
import type { WarmClient } from "../../src/server/client/warm-client.js";
import { type BenchHost, mainScript } from "./bench-project.js";
import { createClient } from "./built-warm.js";
import { timeProcess } from "./measure.js";

/** How long a pool may take to become as it is waited for, ms. */
const PATIENCE_MS = 120_000;

/** A `warm watch` of its own process. */
export interface KeptWatcher {
  readonly client: WarmClient;
  readonly socketPath: string;
  /** Waits until a pool is as it should be. @throws Error when it never is, with the end of the watcher's log */
  until(pool: string, isSo: (view: PoolView) => boolean): Promise<void>;
  /** Ends it and destroys what it made. */
  close(): Promise<void>;
}

/** @param dir of a warm.yaml. It is not awaited that anything is ready. */
export function keepWatcher(host: BenchHost, dir: string): KeptWatcher {
  const env = { PATH: process.env.PATH, HOME: dir, DOCKER_HOST: `unix://${host.socketPath}` };
  const child = spawn(process.execPath, [mainScript, "watch"], {
    ...{ cwd: dir, env, stdio: ["ignore", "ignore", "pipe"] },
  });
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    log = `${log}${text}`.slice(-10_000);
  });
  const socketPath = join(dir, ".warm/warm.sock");
  const client = createClient(socketPath);
  return {
    ...{ client, socketPath },
    async until(pool, isSo) {
      for (const deadline = performance.now() + PATIENCE_MS; ; await sleep(20)) {
        const view = await client.view(pool).catch(() => undefined);
        if (view !== undefined && isSo(view)) return;
        if (performance.now() > deadline || child.exitCode !== null)
          throw new Error(`${pool} never was as it should be: ${JSON.stringify(view)}\n${log}`);
      }
    },
    async close() {
      client.close();
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        await once(child, "close");
      }
      await timeProcess([mainScript, "destroy", "--auto-approve"], env, dir);
    },
  };
}
