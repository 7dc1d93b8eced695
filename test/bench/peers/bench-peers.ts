import { join } from "node:path";
import { dockerOn } from "../../rig/docker-client.js";
import { buildImage } from "../../rig/images.js";
import { loadImage } from "../../rig/load-image.js";
import type { BenchHost } from "../bench-project.js";
import type { Figure, NotMeasured } from "../figure.js";
import type { Contender } from "./contender.js";
import { findContenders } from "./find-contenders.js";
import type { Fleet } from "./fleet.js";
import { type Measured, toFigures } from "./peer-figures.js";
import { countRun, timeRun } from "./run-contender.js";
import { type Readings, runCycle, type Work } from "./run-cycle.js";

const IMAGE = "peers/idle:1";

/** How many containers, how often from nothing, and how often all else each time. */
interface Size {
  readonly count: number;
  readonly rounds: number;
  readonly repeats: number;
}

/** With 300 from nothing once: a round of all tools takes minutes there. */
const SIZES: readonly Size[] = [
  { count: 20, rounds: 3, repeats: 3 },
  { count: 50, rounds: 2, repeats: 3 },
  { count: 100, rounds: 2, repeats: 3 },
  { count: 300, rounds: 1, repeats: 2 },
];
const QUICK_SIZES: readonly Size[] = [{ count: 3, rounds: 1, repeats: 1 }];

/**
 * warm beside other tools that make a host match a file: the same containers on the same Docker, in whole processes with the
 * settings that each has by itself, one tool on the host at a time and the tools in turn. Images are there. A tool is done
 * when its command ends, and of each that means at least that Docker has started every container: both composes and tofu wait
 * for no more than that, warm has also read the line that each of them writes when it is up. What costs the others time and
 * nobody needs is left out: no wait for health (`--wait` looks twice a second, and Docker's own checks would take more of the
 * machine than the tools), no `docker` before its compose plugin. Requests and memory are counted in a cycle of their own.
 */
export async function benchPeers(host: BenchHost): Promise<Figure[] | NotMeasured> {
  const { present, missing } = await findContenders(join(host.dir, "peers"));
  if (present.length === 1)
    return { notMeasured: missing.map(({ who, why }) => `${who}: ${why}`).join("; ") };
  const image = await buildImage("idle", {});
  await loadImage(dockerOn(host.socketPath), IMAGE, image);
  const figures: Figure[] = [];
  for (const size of host.isQuick ? QUICK_SIZES : SIZES)
    figures.push(...toFigures(size.count, await measureSize(host, size, present), missing));
  return figures;
}

/** Each round begins with another tool. One that fails is out for this size, and why is told; warm must not fail. */
async function measureSize(
  host: BenchHost,
  { count, rounds, repeats }: Size,
  contenders: readonly Contender[],
): Promise<Measured[]> {
  const docker = dockerOn(host.socketPath);
  const values = Array.from({ length: count }, () => "first");
  const fleet: Fleet = { project: "peers", image: IMAGE, values };
  const measured = contenders.map((contender): Measured => ({ contender, times: {}, costs: {} }));
  const attempt = async (one: Measured, what: string, work: () => Promise<void>) => {
    if (one.failure !== undefined) return;
    process.stderr.write(`peers: ${count} containers, ${what}: ${one.contender.who}\n`);
    try {
      await work();
    } catch (error) {
      if (one.contender.who === "warm") throw error;
      one.failure = error instanceof Error ? error.message : String(error);
      process.stderr.write(`peers: left out with ${count} containers: ${one.failure}\n`);
    }
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const turn of measured.keys()) {
      const one = measured[(round + turn) % measured.length] as Measured;
      await attempt(one, `round ${round + 1} of ${rounds}`, async () => {
        const cycle = { host, docker, contender: one.contender, fleet };
        addAll(one.times, await runCycle({ ...cycle, repeats, meter: timeRun }));
      });
    }
  }
  for (const one of measured) {
    await attempt(one, "counted", async () => {
      const cycle = { host, docker, contender: one.contender, fleet };
      addAll(one.costs, await runCycle({ ...cycle, repeats: 1, meter: countRun }));
    });
  }
  return measured;
}

function addAll<Reading>(all: Readings<Reading>, more: Readings<Reading>): void {
  for (const [work, readings] of Object.entries(more) as [Work, Reading[]][])
    all[work] = [...(all[work] ?? []), ...readings];
}
