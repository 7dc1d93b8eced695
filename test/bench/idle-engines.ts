import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildImage } from "../rig/images.js";
import { pushImage } from "../rig/push-image.js";
import type { BenchHost } from "./bench-project.js";
import { openWarm } from "./built-warm.js";
import { destroy, untilReady, writePool } from "./engine-pool.js";
import type { Figure } from "./figure.js";
import { toSeries } from "./measure.js";

/** Eight frozen engines: the processor time of their cgroups over half a minute. */
export async function benchIdleEngines(host: BenchHost): Promise<Figure[]> {
  const image = await pushImage(host.registry, "engines/engine:1", await buildImage("engine", {}));
  const project = writePool(host, "frozen", image, 8, ["    idle: pause"]);
  const warm = await openWarm({ file: join(project, "warm.yaml"), host: `unix://${host.socketPath}` });
  try {
    await untilReady(warm, 8);
    while ((await warm.pool("bench").view()).engines.some(({ isFrozen }) => !isFrozen)) await sleep(200);
    const ids = (await warm.pool("bench").view()).engines.map(({ containerId }) => containerId);
    const before = cpuMs(ids);
    const overMs = host.isQuick ? 3_000 : 30_000;
    await sleep(overMs);
    const percent = ((cpuMs(ids) - before) / overMs) * 100;
    return [
      {
        ...{ id: "idle-engines.cpu.8", name: "processor time of a paused pool of 8 engines", unit: "%" },
        ...{ better: "lower", series: toSeries({ warm: [percent] }), bars: [{ max: 0.2 }] },
      },
    ];
  } finally {
    await warm.close();
    await destroy(host, project);
  }
}

/** Processor time of containers by their cgroups, in ms. */
function cpuMs(ids: readonly string[]): number {
  return ids.reduce((sum, id) => sum + readUsageMs(id), 0);
}

function readUsageMs(id: string): number {
  for (const file of findCgroupFiles(id)) {
    const text = readFileSync(file, "utf8");
    if (file.endsWith("cpu.stat")) {
      const usec = /^usage_usec (\d+)$/m.exec(text)?.[1];
      if (usec !== undefined) return Number(usec) / 1_000;
    } else return Number(text) / 1e6;
  }
  throw new Error(`no cgroup of ${id} was found`);
}

function findCgroupFiles(id: string): string[] {
  const root = "/sys/fs/cgroup";
  const all = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => path.includes(id));
  const usage = all.filter((path) => path.endsWith("/cpuacct.usage") || path.endsWith("/cpu.stat"));
  return usage.toSorted((a, b) => a.length - b.length).map((path) => join(root, path));
}
