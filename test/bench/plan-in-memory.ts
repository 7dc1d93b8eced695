import { parseConfig } from "../../src/config/load-config.js";
import { planProject } from "../../src/plan/plan-project.js";
import { buildObserved, buildWarm } from "../plan/builders.js";
import { type Measurement, median } from "./measure.js";

const RUNS = 7;

/** Planning is linear: ten times the resources may take at most about ten times as long, on a bare and on a warm host. */
export async function benchPlanInMemory(): Promise<Measurement[]> {
  const small = await timePlans(1_000);
  const large = await timePlans(10_000);
  const bar = { unit: "ms", max: 300 };
  return [
    {
      name: "planning 10 000 resources for a host that has none",
      ours: large.bare,
      reference: small.bare,
      ...bar,
    },
    {
      name: "planning 10 000 resources for a host that matches",
      ours: large.warm,
      reference: small.warm,
      ...bar,
    },
    {
      name: "planning 10 000 beside 10 x 1 000",
      ours: large.warm,
      reference: small.warm * 10,
      unit: "ms",
      maxRatio: 2,
    },
  ];
}

/** Four resources a template, but for the network: two images, volume, container. */
async function timePlans(resources: number): Promise<{ bare: number; warm: number }> {
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
  return { bare: median(runs.map(({ bare }) => bare)), warm: median(runs.map((run) => run.warm)) };
}
