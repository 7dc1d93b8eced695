import { resolve } from "node:path";
import { startFaultProxy } from "../rig/fault-proxy.js";
import { type BenchHost, type BenchProject, mainScript, writeBenchProject } from "./bench-project.js";
import { compare, type Measurement, timeProcess } from "./measure.js";

const RUNS = 15;
const bareScript = resolve(import.meta.dirname, "bare-lists.mjs");

/** A plan that finds nothing to do: how many requests with 5 and with 200 containers, and how long with 200. */
export async function benchNoChange(host: BenchHost): Promise<Measurement[]> {
  const few = await makeWarm(host, "few", 5);
  const requestsFew = await countRequests(host, few);
  const many = await makeWarm(host, "many", 195);
  const requestsMany = await countRequests(host, many);
  const times = await compare(
    RUNS,
    () => timeProcess([mainScript, "plan"], many.env, many.dir),
    () => timeProcess([bareScript], many.env, many.dir),
  );
  const bar = { reference: requestsFew, unit: "requests", max: 6 };
  return [
    { name: "requests of a no-change plan, 5 templates", ours: requestsFew, ...bar },
    { name: "requests of a no-change plan, 195 templates", ours: requestsMany, ...bar },
    { name: "no-change plan with 200 containers, whole process", ...times, unit: "ms", maxRatio: 2.5 },
  ];
}

async function makeWarm(host: BenchHost, name: string, templates: number): Promise<BenchProject> {
  const lines = ["resources: { memory: 64MiB, cpus: 0.5, pids: 64 }"];
  const project = await writeBenchProject(host, name, { templates, images: 1, lines });
  await timeProcess([mainScript, "apply", "--auto-approve"], project.env, project.dir);
  return project;
}

async function countRequests({ socketPath }: BenchHost, { env, dir }: BenchProject): Promise<number> {
  const proxy = await startFaultProxy(socketPath);
  try {
    await timeProcess([mainScript, "plan"], { ...env, DOCKER_HOST: `unix://${proxy.socketPath}` }, dir);
    return proxy.calls.length;
  } finally {
    await proxy.stop();
  }
}
