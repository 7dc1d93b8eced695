import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Warm } from "../../src/open-warm.js";
import { type BenchHost, mainScript } from "./bench-project.js";
import { timeProcess } from "./measure.js";

/** Writes a project with the pool `bench`. @param lines more of the pool @returns its folder */
export function writePool(
  host: BenchHost,
  name: string,
  image: string,
  size: number,
  lines: string[],
): string {
  const dir = join(host.dir, name);
  mkdirSync(dir, { recursive: true });
  const yaml = `version: 1
project: ${name}
prefix: ${name}
network: ${name}
engines:
  bench:
    image: ${image}
    size: ${size}
    resources: { memory: 64MiB }
    ready: { log: "Game server connected", timeout: 60s }
    reset:
      steps: [{ exec: ["true"] }]
      verify: { exec: ["true"] }
${lines.join("\n")}
`;
  writeFileSync(join(dir, "warm.yaml"), yaml);
  return dir;
}

export const envOf = ({ socketPath }: BenchHost, dir: string) => ({
  PATH: process.env.PATH,
  HOME: dir,
  DOCKER_HOST: `unix://${socketPath}`,
});

export const destroy = (host: BenchHost, dir: string) =>
  timeProcess([mainScript, "destroy", "--auto-approve"], envOf(host, dir), dir);

export async function untilReady(warm: Warm, count: number): Promise<void> {
  for (;;) {
    const { counts } = await warm.pool("bench").view();
    if (counts.ready === count) break;
    await sleep(50);
  }
  // Sessions are opened as engines become ready.
  await sleep(1_000);
}
