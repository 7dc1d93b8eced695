import { resolve } from "node:path";
import { startFaultProxy } from "../rig/fault-proxy.js";
import { type BenchHost, type BenchProject, mainScript, writeBenchProject } from "./bench-project.js";
import type { Figure } from "./figure.js";
import { compare, timeProcess, toSeries } from "./measure.js";

const bareScript = resolve(import.meta.dirname, "bare-lists.mjs");

/** A plan that finds nothing to do: how many requests with 5 and with 200 containers, and how long with 200. */
export async function benchNoChange(host: BenchHost): Promise<Figure[]> {
  const templates = host.isQuick ? 2 : 5;
  const few = await makeWarm(host, "few", templates);
  const requestsFew = await countRequests(host, few);
  const containers = host.isQuick ? 10 : 200;
  const many = await makeWarm(host, "many", containers - templates);
  const requestsMany = await countRequests(host, many);
  const times = await compare(host.isQuick ? 3 : 15, {
    warm: () => timeProcess([mainScript, "plan"], many.env, many.dir),
    "bare script": () => timeProcess([bareScript], many.env, many.dir),
  });
  const requests = (count: number, among: number): Figure => ({
    id: `no-change.requests.${among}`,
    name: `requests of a no-change plan, ${among} templates`,
    ...{ unit: "requests", better: "lower", series: toSeries({ warm: [count] }) },
    bars: [{ max: 6 }],
  });
  return [
    requests(requestsFew, templates),
    requests(requestsMany, containers - templates),
    {
      id: `no-change.plan.${containers}`,
      name: `no-change plan with ${containers} containers, whole process`,
      ...{ unit: "ms", better: "lower", series: toSeries(times) },
      bars: [{ against: "bare script", atMost: 2.5 }],
    },
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
