import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { type BenchHost, mainScript } from "../bench-project.js";
import type { Figure, Series } from "../figure.js";
import { compare, timeProcess, toSeries } from "../measure.js";
import { openGrown } from "./grown-host.js";
import { logLogSlope, type Point, slopeBeyondStart } from "./slope.js";

const SIZES = [10, 100, 1_000, 10_000];
const QUICK_SIZES = [10, 100, 1_000];
const MAX_SLOPE = 1.1;

/** What is looked at as it grows, and in words. */
const WORKS = {
  observe: "one look at the host, in a process that goes on",
  plan: "no-change plan, whole process",
  status: "status with every container's health asked, whole process",
  events: "as many events as resources read and judged by a watcher",
} as const;
type Work = keyof typeof WORKS;

/**
 * A host that is simulated behind a socket, beyond what the Docker here could carry, from 10 resources to 10 000: how what only
 * looks grows with it. The bare references read the same lists and parse them, the last one the same lines.
 */
export async function benchGrowth(host: BenchHost): Promise<Figure[]> {
  const figures: Figure[] = [];
  const points: Record<Work, Point[]> = { observe: [], plan: [], status: [], events: [] };
  for (const size of host.isQuick ? QUICK_SIZES : SIZES) {
    const measured = await measureSize(host, size);
    for (const work of Object.keys(WORKS) as Work[]) {
      const series = measured[work];
      figures.push({
        ...{ id: `growth.${work}.${size}`, name: `${WORKS[work]}, ${size} resources` },
        ...{ unit: "ms", better: "lower", series },
      });
      points[work].push({ size, value: series[0]?.median ?? Number.NaN });
    }
  }
  const byWork = (Object.keys(WORKS) as Work[]).flatMap((work) => [
    ...figures.filter(({ id }) => id.startsWith(`growth.${work}.`)),
    ...toSlopes(work, points[work], host.isQuick),
  ]);
  return byWork;
}

function toSlopes(work: Work, points: readonly Point[], isQuick: boolean): Figure[] {
  const slope = (id: string, name: string, value: number): Figure => ({
    ...{
      id: `growth.${work}.${id}`,
      name,
      unit: "slope",
      better: "lower",
      series: toSeries({ warm: [value] }),
    },
    bars: [{ max: MAX_SLOPE }],
  });
  const sizes = `${points[0]?.size} to ${points.at(-1)?.size}`;
  const whole = slope("slope", `${WORKS[work]}: log-log slope over ${sizes}`, logLogSlope(points));
  // A few runs of small sizes differ by less than the machine does.
  if (isQuick) return [whole];
  const beyond = slopeBeyondStart(points);
  return [
    whole,
    slope("slope-beyond-start", `${WORKS[work]}: slope of the last step, less what 10 take`, beyond),
  ];
}

async function measureSize({ dir: root, isQuick }: BenchHost, size: number): Promise<Record<Work, Series[]>> {
  const dir = join(root, `grown${size}`);
  mkdirSync(dir, { recursive: true });
  const host = await startSimulated(dir, size);
  const grown = await openGrown(dir, size);
  const env = { PATH: process.env.PATH, HOME: dir, DOCKER_HOST: `unix://${join(dir, "docker.sock")}` };
  const bareLists = resolve(import.meta.dirname, "../bare-lists.mjs");
  const [inside, whole] = isQuick ? [2, 1] : [11, 5];
  try {
    const observe = await compare(inside, { warm: grown.observe, "bare script": grown.readBare });
    const events = await compare(inside, { warm: grown.hearEvents, "bare script": grown.hearBare });
    const bare = { "bare script": () => timeProcess([bareLists], env, dir) };
    const plan = await compare(whole, {
      warm: () => timeProcess([mainScript, "plan", "--detailed-exitcode"], env, dir),
      ...bare,
    });
    const status = await compare(whole, {
      warm: () => timeProcess([mainScript, "status", "--wait", "ready", "--timeout", "1ms"], env, dir),
      ...bare,
    });
    return {
      ...{ observe: toSeries(observe), plan: toSeries(plan) },
      ...{ status: toSeries(status), events: toSeries(events) },
    };
  } finally {
    grown.close();
    host.kill();
    await once(host, "close");
  }
}

async function startSimulated(dir: string, size: number) {
  const script = resolve(import.meta.dirname, "simulated-host.ts");
  const args = ["--import", "tsx", script, dir, String(size)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the simulated host ended with ${code}`);
  });
  await Promise.race([once(createInterface(child.stdout), "line"), ended]);
  ended.catch(() => undefined);
  return child;
}
