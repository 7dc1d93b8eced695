import { cpus } from "node:os";
import { join } from "node:path";
import { pushImage } from "../rig/push-image.js";
import { findWorldgenEngine } from "../rig/worldgen-engine.js";
import { buildWorldgenImage } from "../rig/worldgen-image.js";
import type { BenchHost } from "./bench-project.js";
import type { Figure, NotMeasured } from "./figure.js";
import { type BenchPool, type KeptPools, keepPools } from "./jobs-pools.js";
import { type BareTimes, describeSteps, type Reference, startReference } from "./jobs-reference.js";
import { benchThroughput } from "./jobs-throughput.js";
import { summarise, toSeries } from "./measure.js";

const READY = "World generator ready";
const DONE = "ALL EXPORTS COMPLETE";
const OUTPUT = "/config/world_data";

/** The real engine of examples/worldgen. Nothing is drawn or checked after the export: a container a job has none of it. */
export async function benchWorldgen(host: BenchHost): Promise<Figure[] | NotMeasured> {
  const engine = await findWorldgenEngine();
  if (engine.kind === "missing") return { notMeasured: `the world generator ${engine.reason}` };
  const runs = host.isQuick ? 1 : 5;
  const image = await pushImage(host.registry, "jobs/world-generator:1", await buildWorldgenImage());
  const pools = keepPools(host, "bench-worlds", { one: worldPool(image, 1), three: worldPool(image, 3) });
  const reference = startReference(host.socketPath);
  try {
    await pools.ready("three", 3);
    return [
      ...(await compareKept(pools, reference, image, runs)),
      ...(await benchThroughput(pools, {
        ...{ id: "worlds", name: "worlds of Minetest", rounds: 1, jobs: runs * 12 },
        note: `a world is the CPU's work, and there are ${cpus().length} CPUs for engines, Docker and warm`,
      })),
    ];
  } finally {
    await reference.close();
    await pools.close();
  }
}

function worldPool(image: string, size: number): BenchPool {
  return {
    ...{ image, size: String(size), ready: READY, reset: ["/worldgen/reset"] },
    verify: ["sh", "-c", `test -z "$(ls -A ${OUTPUT})"`],
    job: [
      ...["driver: console", 'command: "load_world {seed}"', 'confirm: { log: "world seed: {seed}" }'],
      `done: { log: ${DONE} }`,
      `outputs: [{ from: ${OUTPUT}, to: extracted, require: [biomes.json, heightmap.json] }]`,
    ],
  };
}

async function compareKept(
  pools: KeptPools,
  reference: Reference,
  image: string,
  runs: number,
): Promise<Figure[]> {
  const [bare, kept]: [BareTimes[], number[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    const seed = `world ${run}`;
    await pools.ready("one", 1);
    bare.push(
      await reference.ask({
        ...{ work: "startPerJob", name: `${pools.network}-bare-${run}`, image, network: pools.network },
        ...{ ready: READY, line: `load_world ${seed}`, done: DONE },
        ...{ outputs: [OUTPUT], to: join(pools.dir, seed) },
      }),
    );
    kept.push((await pools.run("one", seed)).ms);
  }
  const perJob = bare.map(({ ms }) => ms);
  return [
    {
      ...{ id: "worlds.kept", name: "a world of Minetest by a kept engine", unit: "ms", better: "lower" },
      series: [
        ...toSeries({ warm: kept }),
        { who: "container a job", ...summarise(perJob), note: describeSteps(bare) },
      ],
    },
    {
      id: "worlds.kept.less",
      name: "a world of Minetest by a kept engine: less than a container a job",
      ...{ unit: "%", better: "higher" },
      series: toSeries({ warm: kept.map((ms, index) => (1 - ms / (perJob[index] ?? Number.NaN)) * 100) }),
    },
  ];
}
