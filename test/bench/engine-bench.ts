import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Warm } from "../../src/open-warm.js";
import { dockerOn } from "../rig/docker-client.js";
import { buildImage } from "../rig/images.js";
import { pushImage } from "../rig/push-image.js";
import { measureFsync } from "./bare-fsync.js";
import { type BenchHost, mainScript } from "./bench-project.js";
import { openWarm } from "./built-warm.js";
import { destroy, envOf, untilReady, writePool } from "./engine-pool.js";
import type { Figure, Series } from "./figure.js";
import { compare, percentile, single, summarise, timeProcess, toSeries } from "./measure.js";

const run = promisify(execFile);
const bareScript = resolve(import.meta.dirname, "bare-engines.mjs");

const ENGINES = 16;

/** Engines at run time: what a lease costs, how many there may be, how fast a pool is filled. */
export async function benchEngines(host: BenchHost): Promise<Figure[]> {
  const image = await pushImage(host.registry, "engines/engine:1", await buildImage("engine", {}));
  const filled = await measureFill(host, image);
  const project = writePool(host, "leases", image, ENGINES, []);
  const warm = await openWarm({ file: join(project, "warm.yaml"), host: `unix://${host.socketPath}` });
  try {
    await untilReady(warm, ENGINES);
    return [
      ...filled,
      ...(await measureLease(host, image, warm, project)),
      ...(await measureCommands(host, warm)),
    ];
  } finally {
    await warm.close();
    await destroy(host, project);
  }
}

/** 0 to 16 engines, ready check and all, against the bare create-and-start calls. */
async function measureFill(host: BenchHost, image: string): Promise<Figure[]> {
  // Pulled once, so that both start from the same.
  const warmUp = writePool(host, "fill0", image, 1, []);
  await timeProcess([mainScript, "apply", "--auto-approve"], envOf(host, warmUp), warmUp);
  await destroy(host, warmUp);
  let number = 0;
  const times = await compare(host.isQuick ? 1 : 5, {
    warm: async () => {
      number += 1;
      const dir = writePool(host, `fill${number}`, image, ENGINES, []);
      const ms = await timeProcess([mainScript, "apply", "--auto-approve"], envOf(host, dir), dir);
      await destroy(host, dir);
      return ms;
    },
    "bare script": async () => {
      number += 1;
      const name = `barefill${number}`;
      const args = [bareScript, name, image, String(ENGINES)];
      const ms = await timeProcess(args, envOf(host, host.dir), host.dir);
      await removeBare(host, name);
      return ms;
    },
  });
  const filling = { unit: "ms", better: "lower", bars: [{ against: "bare script", atMost: 1.15 }] } as const;
  return [
    {
      id: "engines.fill.watcher.16",
      name: "0 to 16 ready engines by a watcher",
      ...{ ...filling, series: toSeries(await compareKept(host, image)) },
    },
    {
      id: "engines.fill.apply.16",
      name: "0 to 16 ready engines by `warm apply`, whole process",
      ...{ ...filling, series: toSeries(times) },
    },
  ];
}

/** From the save that asks for 16 engines to the last one ready; the bare script's own time, without its start. */
async function compareKept(
  host: BenchHost,
  image: string,
): Promise<Record<"warm" | "bare script", number[]>> {
  let number = 0;
  return compare(host.isQuick ? 1 : 5, {
    warm: async () => {
      number += 1;
      const name = `kept${number}`;
      const dir = writePool(host, name, image, 0, []);
      const warm = await openWarm({ file: join(dir, "warm.yaml"), host: `unix://${host.socketPath}` });
      await sleep(1_000);
      const startedAt = performance.now();
      writePool(host, name, image, ENGINES, []);
      while ((await warm.pool("bench").view()).counts.ready < ENGINES) await sleep(5);
      const ms = performance.now() - startedAt;
      await warm.close();
      await destroy(host, dir);
      return ms;
    },
    "bare script": async () => {
      number += 1;
      return startBare(host, `barekept${number}`, image, ENGINES);
    },
  });
}

/** So many engines by hand, and taken away again. @returns the script's own milliseconds, without its start */
async function startBare(host: BenchHost, name: string, image: string, count: number): Promise<number> {
  const args = [bareScript, name, image, String(count)];
  const { stdout } = await run(process.execPath, args, { env: envOf(host, host.dir) });
  await removeBare(host, name);
  return Number(stdout);
}

async function removeBare({ socketPath }: BenchHost, name: string): Promise<void> {
  const docker = dockerOn(socketPath);
  const all = await docker.listContainers({ all: true });
  const own = all.filter(({ Names }) => Names.some((one) => one.startsWith(`/${name}-`)));
  await Promise.all(own.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
  for (const { Id, Name } of await docker.listNetworks())
    if (Name === name) await docker.getNetwork(Id).remove();
}

/** From the call to the lease in hand, the grant on disk; an engine stands ready each time. */
async function measureLease(host: BenchHost, image: string, warm: Warm, dir: string): Promise<Figure[]> {
  const leases = host.isQuick ? 20 : 400;
  const times: number[] = [];
  for (let count = 0; count < leases; count += 1) {
    const startedAt = performance.now();
    const lease = await warm.pool("bench").lease();
    times.push(performance.now() - startedAt);
    await lease.release();
    await sleep(5);
  }
  const bare = measureFsync(dir, leases);
  const cold: number[] = [];
  for (let count = 0; count < (host.isQuick ? 1 : 9); count += 1)
    cold.push(await startBare(host, `cold${count}`, image, 1));
  const nearlyAll = (who: Series["who"], values: readonly number[]): Series => ({
    ...{ who, ...single(percentile(values, 0.99), leases) },
  });
  return [
    {
      id: "engines.lease",
      name: "lease from ready, median",
      ...{ unit: "ms", better: "lower", bars: [{ max: 2 }] },
      series: [
        ...toSeries({ warm: times, "bare fsync": bare }),
        { who: "bare script", ...summarise(cold), note: "a container created, started and ready instead" },
      ],
    },
    {
      id: "engines.lease.p99",
      name: "lease from ready, 99th percentile",
      ...{ unit: "ms", better: "lower", bars: [{ max: 10 }] },
      series: [nearlyAll("warm", times), nearlyAll("bare fsync", bare)],
    },
  ];
}

/** From the call for a lease to the first output of a command, beside `docker exec` of the same command in turn. */
async function measureCommands(host: BenchHost, warm: Warm): Promise<Figure[]> {
  const [plain, bound, execs]: [number[], number[], number[]] = [[], [], []];
  const bind = { env: { SEED: "MySeed" }, files: { "/config/a.json": "{}", "/config/b.txt": "hello" } };
  for (let count = 0; count < (host.isQuick ? 10 : 200); count += 1) {
    plain.push(await leaseAndRun(warm, {}));
    bound.push(await leaseAndRun(warm, { bind }));
    if (count % 10 === 0) execs.push(await dockerExec(host, warm));
  }
  return [
    {
      id: "engines.command",
      name: "lease to a command's output",
      ...{ unit: "ms", better: "lower", series: toSeries({ warm: plain, "docker CLI": execs }) },
      bars: [{ max: 4 }, { against: "docker CLI", atMost: 1 / 15 }],
    },
    {
      id: "engines.command.bound",
      name: "lease to a command's output, env and two files bound",
      ...{ unit: "ms", better: "lower", series: toSeries({ warm: bound, "docker CLI": execs }) },
      bars: [{ max: 8 }],
    },
  ];
}

async function leaseAndRun(warm: Warm, request: object): Promise<number> {
  const startedAt = performance.now();
  const lease = await warm.pool("bench").lease(request);
  const { stdout } = await lease.exec(["echo", "hello"]);
  const ms = performance.now() - startedAt;
  if (stdout !== "hello\n") throw new Error(`the engine said ${JSON.stringify(stdout)}`);
  await lease.release();
  await sleep(5);
  return ms;
}

async function dockerExec(host: BenchHost, warm: Warm): Promise<number> {
  const [engine] = (await warm.pool("bench").view()).engines;
  const startedAt = performance.now();
  const args = ["exec", engine?.name ?? "", "echo", "hello"];
  const { stdout } = await run("docker", args, { env: envOf(host, host.dir) });
  if (stdout !== "hello\n") throw new Error(`docker exec said ${JSON.stringify(stdout)}`);
  return performance.now() - startedAt;
}
