import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JobOutcome } from "../../src/model/job.js";
import type { WarmClient } from "../../src/server/client/warm-client.js";
import type { BenchHost } from "./bench-project.js";
import { keepWatcher } from "./kept-watcher.js";

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

/** Starts a watcher over these pools. It is not awaited that anything is ready. */
export function keepPools(
  host: BenchHost,
  name: string,
  pools: Readonly<Record<string, BenchPool>>,
): KeptPools {
  const dir = join(host.dir, name);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "warm.yaml"), toYaml(name, pools));
  const { client, until, close } = keepWatcher(host, dir);
  return {
    ...{ client, network: name, dir, close },
    ready: (pool, count) => until(pool, ({ counts }) => counts.ready >= count),
    run: (pool, seed) => runJob(client, pool, seed),
  };
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
