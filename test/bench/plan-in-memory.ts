import { parseConfig } from "../../src/config/load-config.js";
import type { Observed } from "../../src/model/observed.js";
import { planProject } from "../../src/plan/plan-project.js";
import { type Measurement, median } from "./measure.js";

const RUNS = 7;

/** Planning is linear: ten times the resources may take at most about ten times as long. */
export async function benchPlanInMemory(): Promise<Measurement[]> {
  const [small, large] = [await timePlan(1_000), await timePlan(10_000)];
  return [
    { name: "planning 10 000 resources in memory", ours: large, reference: small, unit: "ms", max: 300 },
    {
      name: "planning 10 000 beside 10 x 1 000",
      ours: large,
      reference: small * 10,
      unit: "ms",
      maxRatio: 2,
    },
  ];
}

/** Four resources a template, but for the network: image, blob, volume, container. */
async function timePlan(resources: number): Promise<number> {
  const templates = Array.from({ length: resources / 4 }, (_, n) => {
    const image = `127.0.0.1:5000/acme/t${n}:1`;
    return `  t${n}:\n    image: ${image}\n    blob: ${image}-blob\n    resources: { memory: 64MiB }\n    env: { A: "${n}" }`;
  });
  const text = `version: 1\nproject: bench\ntemplates:\n${templates.join("\n")}\n`;
  const { desired } = await parseConfig({ text, file: "warm.yaml", directory: "/", env: {} });
  const observed: Observed = {
    host: { id: "x", endpoint: "unix:///x", version: "1", apiVersion: "1.41", os: "linux", arch: "amd64" },
    images: [],
    networks: [],
    volumes: [],
    containers: [],
    registryDigests: {},
    reach: "address",
  };
  const times = Array.from({ length: RUNS }, () => {
    const startedAt = performance.now();
    planProject(desired, observed);
    return performance.now() - startedAt;
  });
  return median(times);
}
