import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { dockerOn } from "../rig/docker-client.js";
import { type FaultProxy, startFaultProxy } from "../rig/fault-proxy.js";
import { type BenchHost, type BenchProject, mainScript, writeBenchProject } from "./bench-project.js";
import type { Figure, Unit } from "./figure.js";
import { percentile, single, summarise, timeProcess, toSeries } from "./measure.js";

/** The kernel counts processor time in hundredths of a second. */
const TICK_MS = 10;

/** A watcher over real containers: how fast it repairs, how fast a save counts. */
export async function benchWatch(host: BenchHost): Promise<Figure[]> {
  const project = await makeWarm(host, "watched", host.isQuick ? 5 : 100, "30s");
  const direct = (watching: Watching) => measureRepairs(host, project, watching);
  const repairs = await watched({ ...host, isDirect: true }, project, direct);
  const saves = await watched(host, project, (watching) => measureSaves(host, project, watching));
  await timeProcess([mainScript, "destroy", "--auto-approve"], project.env, project.dir);
  return [...repairs, ...saves];
}

/** A watcher whose passes find nothing to do: what they cost. */
export async function benchIdle(host: BenchHost): Promise<Figure[]> {
  const project = await makeWarm(host, "idle", host.isQuick ? 5 : 200, "30ms");
  const figures = await watched(host, project, (watching) => measureIdle(host, project, watching));
  await timeProcess([mainScript, "destroy", "--auto-approve"], project.env, project.dir);
  return figures;
}

interface Watching {
  readonly child: ChildProcess;
  readonly proxy: FaultProxy;
}

async function makeWarm(
  host: BenchHost,
  name: string,
  templates: number,
  interval: string,
): Promise<BenchProject> {
  const lines = ["resources: { memory: 64MiB, cpus: 0.5, pids: 64 }"];
  const project = await writeBenchProject(host, name, { templates, images: 1, lines });
  const file = join(project.dir, "warm.yaml");
  const head = `interval: ${interval}\nflapping: { heals: 1000 }\n`;
  writeFileSync(file, readFileSync(file, "utf8").replace("templates:", `${head}templates:`));
  await timeProcess([mainScript, "apply", "--auto-approve"], project.env, project.dir);
  return project;
}

async function watched<T>(
  { socketPath, isDirect = false }: BenchHost & { readonly isDirect?: boolean },
  { env, dir }: BenchProject,
  measure: (watching: Watching) => Promise<T>,
): Promise<T> {
  const proxy = await startFaultProxy(socketPath);
  const level = isDirect ? "debug" : "info";
  const child = spawn(process.execPath, [mainScript, "watch", "--log-level", level], {
    cwd: dir,
    env: isDirect ? env : { ...env, DOCKER_HOST: `unix://${proxy.socketPath}` },
    stdio: ["ignore", "ignore", isDirect ? "pipe" : "ignore"],
  });
  try {
    while (passesOf(dir) === 0) await sleep(100);
    await sleep(2_000);
    return await measure({ child, proxy });
  } finally {
    child.kill("SIGTERM");
    await once(child, "close");
    await proxy.stop();
  }
}

/**
 * From the `die` event reaching the watcher to its call, by the times in its own log: a proxy that saw both would add its
 * own work to the lists in between.
 */
async function measureRepairs(
  { socketPath, isQuick }: BenchHost,
  { name, templates }: BenchProject,
  { child }: Watching,
): Promise<Figure[]> {
  const docker = dockerOn(socketPath);
  const seen = { diedAt: 0, startedAt: 0, address: "" };
  createInterface(child.stderr as Readable).on("line", (text) => {
    const { time, msg, action, address } = JSON.parse(text) as Record<string, string>;
    if (msg === "host event" && action === "die") seen.diedAt ||= Date.parse(time ?? "");
    if (msg === "action-started" && address === seen.address) seen.startedAt = Date.parse(time ?? "");
  });
  const times: number[] = [];
  const lists: number[] = [];
  for (let kill = 0; kill < (isQuick ? 3 : 100); kill += 1) {
    const { id } = templates[(kill * 37) % templates.length] ?? { id: "" };
    const container = docker.getContainer(`${name}-template-${id}`);
    Object.assign(seen, { diedAt: 0, startedAt: 0, address: `container.${name}-template-${id}` });
    await container.kill();
    times.push((await until(() => seen.startedAt || undefined)) - seen.diedAt);
    const askedAt = performance.now();
    await Promise.all([
      docker.listContainers({ all: true }),
      docker.listImages(),
      docker.listVolumes(),
      docker.listNetworks(),
    ]);
    lists.push(performance.now() - askedAt);
    await until(async () => ((await container.inspect()).State.Running ? true : undefined));
    await sleep(600);
  }
  const what = `die event to start call, ${templates.length} containers`;
  const bare = {
    who: "bare script",
    ...summarise(lists),
    note: "the four lists that tell what is there",
  } as const;
  const nearlyAll = { who: "warm", ...single(percentile(times, 0.99), times.length) } as const;
  return [
    {
      id: `watch.repair.${templates.length}`,
      name: `${what}, median`,
      ...{ unit: "ms", better: "lower", bars: [{ max: 30 }] },
      series: [...toSeries({ warm: times }), bare],
    },
    {
      id: `watch.repair.${templates.length}.p99`,
      name: `${what}, 99th percentile`,
      ...{ unit: "ms", better: "lower", bars: [{ max: 150 }], series: [nearlyAll, bare] },
    },
  ];
}

/** From the end of a save to the first list that the plan is made from. */
async function measureSaves(
  { isQuick }: BenchHost,
  { dir, templates }: BenchProject,
  { proxy }: Watching,
): Promise<Figure[]> {
  const file = join(dir, "warm.yaml");
  const text = readFileSync(file, "utf8");
  const times: number[] = [];
  for (let save = 0; save < (isQuick ? 2 : 20); save += 1) {
    proxy.calls.length = 0;
    const next = `${text}# ${save}\n`;
    const startedAt = Date.now();
    if (save % 2 === 0) writeFileSync(file, next);
    else {
      writeFileSync(`${file}.new`, next);
      renameSync(`${file}.new`, file);
    }
    const list = await until(() => proxy.calls.find(({ path }) => path.endsWith("/containers/json")));
    times.push(list.startedAt - startedAt);
    await sleep(1_000);
  }
  writeFileSync(file, text);
  return [
    {
      id: `watch.save.${templates.length}`,
      name: `file saved to plan started, ${templates.length} templates`,
      ...{ unit: "ms", better: "lower", bars: [{ max: 400 }] },
      series: [
        ...toSeries({ warm: times }),
        { who: "bare node", ...summarise(times.map(() => bareReadMs(file))), note: "one read of the file" },
      ],
    },
  ];
}

function bareReadMs(file: string): number {
  const startedAt = performance.now();
  readFileSync(file);
  return performance.now() - startedAt;
}

/** What passes cost that find nothing to do. */
async function measureIdle(
  { isQuick }: BenchHost,
  { dir, templates }: BenchProject,
  { child, proxy }: Watching,
): Promise<Figure[]> {
  const pid = child.pid ?? 0;
  await waitForPasses(dir, isQuick ? 5 : 100);
  const firstRss = rssOf(pid);
  const [passes, cpu, callsBefore] = [passesOf(dir), cpuOf(pid), countLooks(proxy)];
  let mostRss = firstRss;
  while (passesOf(dir) < passes + (isQuick ? 20 : 1_000)) {
    await sleep(isQuick ? 100 : 500);
    mostRss = Math.max(mostRss, rssOf(pid));
  }
  const made = passesOf(dir) - passes;
  const figure = (id: string, name: string, unit: Unit, value: number, max: number): Figure => ({
    ...{ id: `idle.${id}.${templates.length}`, name: `${name}, ${templates.length} containers`, unit },
    ...{ better: "lower", series: [{ who: "warm", ...single(value, made) }], bars: [{ max }] },
  });
  return [
    figure("requests", "requests of an idle pass", "requests", (countLooks(proxy) - callsBefore) / made, 6),
    figure("cpu", "processor time of an idle pass", "ms", (cpuOf(pid) - cpu) / made, 50),
    figure("memory", "memory of a watcher over many idle passes, at most", "MB", mostRss, 110),
    figure(
      "memory-growth",
      "memory of a watcher over many idle passes, end beside begin",
      "x",
      rssOf(pid) / firstRss,
      1.1,
    ),
  ];
}

/** The lock is renewed by the clock and not by passes; the event stream is one request for ever. */
const countLooks = ({ calls }: FaultProxy) =>
  calls.filter(({ method, path }) => method === "GET" && !path.endsWith("/events")).length;

function passesOf(dir: string): number {
  try {
    return (JSON.parse(readFileSync(join(dir, ".warm/status.json"), "utf8")) as { passes: number }).passes;
  } catch {
    return 0;
  }
}

async function waitForPasses(dir: string, count: number): Promise<void> {
  const from = passesOf(dir);
  while (passesOf(dir) < from + count) await sleep(100);
}

function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function rssOf(pid: number): number {
  const [, kibibytes = "0"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return (Number(kibibytes) * 1024) / 1e6;
}

async function until<T>(ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error("the watcher did nothing for 20 s");
    await sleep(2);
  }
}
