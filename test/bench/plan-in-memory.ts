import { parseConfig } from "../../src/config/load-config.js";
import { planProject } from "../../src/plan/plan-project.js";
import { buildObserved, buildWarm } from "../plan/builders.js";
import type { Figure } from "./figure.js";
import { median, toSeries } from "./measure.js";

const RUNS = 7;

/** Planning is linear: ten times the resources may take at most about ten times as long, on a bare and on a warm host. */
export async function benchPlanInMemory(): Promise<Figure[]> {
  const small = await timePlans(1_000);
  const large = await timePlans(10_000);
  const planning = { unit: "ms", better: "lower", bars: [{ max: 300 }] } as const;
  return [
    {
      id: "memory.bare.10000",
      name: "planning 10 000 resources for a host that has none",
      ...{ ...planning, series: toSeries({ warm: large.bare }) },
    },
    {
      id: "memory.warm.10000",
      name: "planning 10 000 resources for a host that matches",
      ...{ ...planning, series: toSeries({ warm: large.warm }) },
    },
    {
      id: "memory.growth",
      name: "planning 10 000 resources beside ten times planning 1 000",
      ...{ unit: "x", better: "lower", bars: [{ max: 2 }] },
      series: toSeries({ warm: large.warm.map((ms) => ms / (median(small.warm) * 10)) }),
    },
  ];
}

/** Four resources a template, but for the network: two images, volume, container. */
async function timePlans(resources: number): Promise<{ bare: number[]; warm: number[] }> {
  const templates = Array.from({ length: resources / 4 }, (_, n) => {
    const image = `127.0.0.1:5000/acme/t${n}:1`;
    return `  t${n}:\n    image: ${image}\n    blob: ${image}-blob\n    resources: { memory: 64MiB }\n    env: { A: "${n}" }`;
  });
  const text = `version: 1\nproject: bench\ntemplates:\n${templates.join("\n")}\n`;
  const { desired } = await parseConfig({ text, file: "warm.yaml", directory: "/", env: {} });
  const warm = buildWarm(desired);
  const { summary } = planProject(desired, warm);
  if (summary.noop !== desired.resources.length) throw new Error("the made-up host does not match");
  const time = (observed: typeof warm) => {
    const startedAt = performance.now();
    planProject(desired, observed);
    return performance.now() - startedAt;
  };
  const runs = Array.from({ length: RUNS }, () => ({ bare: time(buildObserved()), warm: time(warm) }));
  return { bare: runs.map(({ bare }) => bare), warm: runs.map((run) => run.warm) };
}
