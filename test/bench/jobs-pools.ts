import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JobOutcome } from "../../src/model/job.js";
import type { WarmClient } from "../../src/server/client/warm-client.js";
import { type BenchHost, mainScript } from "./bench-project.js";
import { timeProcess } from "./measure.js";

const distEntry = new URL("../../dist/index.js", import.meta.url).href;
/** As users get it: what runs the tests compiles it for another purpose. */
const { createClient } = (await import(distEntry)) as typeof import("../../src/index.js");

/** What of a pool's block in warm.yaml the benches choose. */
export interface BenchPool {
  readonly image: string;
  readonly size: string;
  readonly ready: string;
  readonly reset: readonly string[];
  readonly verify: readonly string[];
  /** Lines of the job. */
  readonly job: readonly string[];
}

export interface TimedJob {
  /** From the call that submits it until its result is told, ms. */
  readonly ms: number;
  readonly outcome: JobOutcome;
}

/** Pools kept by a `warm watch` of its own process, asked through its socket as `warm run` asks. */
export interface KeptPools {
  readonly client: WarmClient;
  readonly network: string;
  /** Below it the bare script may write. */
  readonly dir: string;
  /** Waits until so many engines of a pool stand ready. */
  ready(pool: string, count: number): Promise<void>;
  /** @throws Error when the job has no result, or had one before */
  run(pool: string, seed: string): Promise<TimedJob>;
  close(): Promise<void>;
}

/** How long anything here may take to become ready, ms. */
const PATIENCE_MS = 120_000;

/** Starts a watcher over these pools. It is not awaited that anything is ready. */
export function keepPools(
  host: BenchHost,
  name: string,
  pools: Readonly<Record<string, BenchPool>>,
): KeptPools {
  const dir = join(host.dir, name);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "warm.yaml"), toYaml(name, pools));
  const env = { PATH: process.env.PATH, HOME: dir, DOCKER_HOST: `unix://${host.socketPath}` };
  const child = spawn(process.execPath, [mainScript, "watch"], {
    ...{ cwd: dir, env, stdio: ["ignore", "ignore", "pipe"] },
  });
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => {
    log = `${log}${text}`.slice(-10_000);
  });
  const client = createClient(join(dir, ".warm/warm.sock"));
  return {
    ...{ client, network: name, dir },
    async ready(pool, count) {
      for (const deadline = performance.now() + PATIENCE_MS; ; await sleep(20)) {
        const view = await client.view(pool).catch(() => undefined);
        if ((view?.counts.ready ?? 0) >= count) return;
        if (performance.now() > deadline || child.exitCode !== null)
          throw new Error(`${pool} never had ${count} ready engines: ${JSON.stringify(view)}\n${log}`);
      }
    },
    run: (pool, seed) => runJob(client, pool, seed),
    async close() {
      client.close();
      await stop(child);
      await timeProcess([mainScript, "destroy", "--auto-approve"], env, dir);
    },
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "close");
}

async function runJob(client: WarmClient, pool: string, seed: string): Promise<TimedJob> {
  const startedAt = performance.now();
  let view = await client.submitJob(pool, { holder: "bench", params: { seed } });
  while (view.outcome === undefined) view = await client.changedJob(view.id, view.revision, 20_000);
  const ms = performance.now() - startedAt;
  if (!view.outcome.success || view.outcome.cached)
    throw new Error(`no new result of ${pool} ${seed}: ${JSON.stringify(view)}`);
  return { ms, outcome: view.outcome };
}

function toYaml(name: string, pools: Readonly<Record<string, BenchPool>>): string {
  const head = ["version: 1", `project: ${name}`, `prefix: ${name}`, `network: ${name}`, "engines:"];
  const blocks = Object.entries(pools).flatMap(([id, { image, size, ready, reset, verify, job }]) => [
    `  ${id}:`,
    ...[
      `image: ${image}`,
      `size: ${size}`,
      "resources: { memory: 256MiB }",
      `ready: { log: ${JSON.stringify(ready)}, timeout: 60s }`,
      `reset: { steps: [{ exec: ${JSON.stringify(reset)} }], verify: { exec: ${JSON.stringify(verify)} } }`,
      "job:",
      ...["params: { seed: { type: string } }", `key: "${id}/{seed}"`, ...job].map((line) => `  ${line}`),
    ].map((line) => `    ${line}`),
  ]);
  return `${[...head, ...blocks].join("\n")}\n`;
}
