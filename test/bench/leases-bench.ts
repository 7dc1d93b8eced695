import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildImage } from "../rig/images.js";
import { pushImage } from "../rig/push-image.js";
import { measureFsync } from "./bare-fsync.js";
import type { BenchHost } from "./bench-project.js";
import { createClient, openWarm } from "./built-warm.js";
import { destroy, untilReady, writePool } from "./engine-pool.js";
import type { Bar, Figure, Series, Who } from "./figure.js";
import { type KeptWatcher, keepWatcher } from "./kept-watcher.js";
import { percentile, single, summarise } from "./measure.js";
import { afterMs, type Storm, storm } from "./storm.js";

const ENGINES = 16;
const CLIENTS = [1, 8, 64, 512];
const QUICK_CLIENTS = [1, 8];
/** As long as the reply to a lease. */
const BODY_BYTES = 400;
const PACED_CLIENTS = 64;
/** Pairs a second of all of them. */
const PACE = 500;
/** Between two engines that are replaced. */
const REFILL_MS = 250;
const LINES = ["    lease: { queue: 1000 }", "    rollout: { surge: 4 }"];

/**
 * Pairs of lease and release, each client the next as soon as it has the last, on 16 engines that are reset and verified in
 * between: while nothing else happens, while engines are replaced one after the other, and while a changed file has all of them
 * replaced. Over the socket of a watcher of its own process, beside as many clients of a server that answers at once; and
 * in the process of the pool, one client beside one line after the other made sure of where the journal lies.
 */
export async function benchLeases(host: BenchHost): Promise<Figure[]> {
  const image = await pushImage(host.registry, "engines/engine:1", await buildImage("engine", {}));
  const overSocket = await measureSocket(host, image);
  return [...overSocket, ...(await measureLibrary(host, image))];
}

async function measureSocket(host: BenchHost, image: string): Promise<Figure[]> {
  const dir = writePool(host, "storm", image, ENGINES, LINES);
  const watcher = keepWatcher(host, dir);
  const bare = await startBare(join(dir, "bare.sock"));
  const settled = () => watcher.until("bench", ({ counts }) => counts.ready === ENGINES);
  const lasts = () => afterMs(host.isQuick ? 500 : 3_000);
  const figures: Figure[] = [];
  try {
    for (const count of host.isQuick ? QUICK_CLIENTS : CLIENTS) {
      await settled();
      const bareStorm = await stormBare(bare.socketPath, count, lasts());
      const idle = await stormSocket(watcher, count, lasts());
      await settled();
      const refill = await refilling(watcher, () => stormSocket(watcher, count, lasts()));
      await settled();
      const change = () => writePool(host, "storm", image, ENGINES, [...LINES, `    env: { N: "${count}" }`]);
      const rollout = await stormSocket(watcher, count, await rollingOut(watcher, change));
      figures.push(
        ...toFigures("idle", "over the socket", count, { warm: idle, "bare server": bareStorm }, { 64: 500 }),
        ...toFigures("refill", "over the socket while engines are replaced one by one", count, {
          warm: refill,
        }),
        ...toFigures("rollout", "over the socket during a rollout", count, { warm: rollout }),
      );
    }
    await settled();
    return [...figures, await measurePaced(watcher, lasts())];
  } finally {
    bare.child.kill();
    await watcher.close();
  }
}

/** At a rate that everybody can be served at, nobody should wait. */
async function measurePaced(watcher: KeptWatcher, isOver: () => boolean): Promise<Figure> {
  const { perSecond, times } = await stormSocket(watcher, PACED_CLIENTS, isOver, PACE);
  return {
    id: `leases.paced.p99.${PACED_CLIENTS}`,
    name: `lease and release when ${PACED_CLIENTS} clients ask for ${PACE} a second, 99th percentile`,
    ...{ unit: "ms", better: "lower", bars: [{ max: 25 }] },
    series: [
      {
        ...{ who: "warm", ...single(percentile(times, 0.99), times.length) },
        note: `reached ${Math.round(perSecond)} pairs a second`,
      },
    ],
  };
}

async function measureLibrary(host: BenchHost, image: string): Promise<Figure[]> {
  const dir = writePool(host, "stormlib", image, ENGINES, LINES);
  const warm = await openWarm({ file: join(dir, "warm.yaml"), host: `unix://${host.socketPath}` });
  try {
    const pool = warm.pool("bench");
    const times = measureFsync(dir, host.isQuick ? 20 : 400);
    const lines = { times, perSecond: (times.length * 1_000) / times.reduce((sum, ms) => sum + ms, 0) };
    const figures: Figure[] = [];
    for (const count of host.isQuick ? QUICK_CLIENTS : CLIENTS) {
      await untilReady(warm, ENGINES);
      const clients = Array.from({ length: count }, () => pool);
      const act = async (one: typeof pool) => (await one.lease()).release();
      const measured = await storm(clients, act, afterMs(host.isQuick ? 500 : 3_000));
      const words = "through the library";
      figures.push(
        ...toFigures("library", words, count, { warm: measured, "bare fsync": lines }, { 64: 2_000 }),
      );
    }
    return figures;
  } finally {
    await warm.close();
    await destroy(host, dir);
  }
}

/** @param least pairs a second, by the number of clients */
function toFigures(
  id: string,
  how: string,
  clients: number,
  storms: { readonly [who in Who]?: Storm },
  least: Readonly<Record<number, number>> = {},
): Figure[] {
  const entries = Object.entries(storms) as [Who, Storm][];
  const of = (toSample: (one: Storm) => Omit<Series, "who">): Series[] =>
    entries.map(([who, one]) => ({ who, ...toSample(one) }));
  const many = `${clients} client${clients === 1 ? "" : "s"} ${how}`;
  const min = least[clients];
  const bars: Bar[] = min === undefined ? [] : [{ min }];
  return [
    {
      ...{ id: `leases.${id}.rate.${clients}`, name: `leases by ${many}`, unit: "per s", better: "higher" },
      ...{ series: of(({ perSecond, times }) => single(perSecond, times.length)), bars },
    },
    {
      ...{
        id: `leases.${id}.pair.${clients}`,
        name: `lease and release, ${many}`,
        unit: "ms",
        better: "lower",
      },
      series: of(({ times }) => summarise(times)),
    },
    {
      ...{
        id: `leases.${id}.p99.${clients}`,
        name: `lease and release, ${many}, 99th percentile`,
        unit: "ms",
        better: "lower",
      },
      series: of(({ times }) => single(percentile(times, 0.99), times.length)),
    },
  ];
}

async function stormSocket(
  { socketPath }: KeptWatcher,
  count: number,
  isOver: () => boolean,
  pace = 0,
): Promise<Storm> {
  const clients = Array.from({ length: count }, () => createClient(socketPath));
  const pair = async (client: (typeof clients)[number]) => {
    const { id, fence } = await client.lease("bench", { holder: "bench" });
    await client.release(id, fence);
  };
  const measured = await storm(clients, pair, isOver, pace);
  for (const client of clients) client.close();
  return measured;
}

/** Has one engine after the other replaced for as long as the work takes. */
async function refilling<T>({ client }: KeptWatcher, work: () => Promise<T>): Promise<T> {
  const state = { isOver: false };
  const replace = async () => {
    for (let next = 0; !state.isOver; next += 1) {
      const { engines } = await client.view("bench");
      const slot = engines[next % engines.length]?.slot;
      if (slot !== undefined) await client.recycle("bench", slot);
      await sleep(REFILL_MS);
    }
  };
  const replacing = replace();
  try {
    return await work();
  } finally {
    state.isOver = true;
    await replacing;
  }
}

/** Changes the file. @returns says that none of the engines from before is left */
async function rollingOut(watcher: KeptWatcher, change: () => void): Promise<() => boolean> {
  const before = new Set((await watcher.client.view("bench")).engines.map(({ containerId }) => containerId));
  change();
  const state = { isOver: false };
  const over = () => {
    state.isOver = true;
  };
  watcher
    .until("bench", ({ engines }) => !engines.some(({ containerId }) => before.has(containerId)))
    .then(over, over);
  return () => state.isOver;
}

async function startBare(socketPath: string): Promise<{ child: ChildProcess; socketPath: string }> {
  const script = resolve(import.meta.dirname, "bare-http.mjs");
  const child = spawn(process.execPath, [script, String(BODY_BYTES), socketPath], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.stdout !== null) await once(child.stdout, "data");
  return { child, socketPath };
}

/** Two requests for each pair, as a lease and its release are. */
async function stormBare(socketPath: string, count: number, isOver: () => boolean): Promise<Storm> {
  const agents = Array.from({ length: count }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const ask = (agent: Agent) =>
    new Promise<void>((settle, fail) => {
      const call = request({ socketPath, agent, method: "POST", path: "/" }, (answer) => {
        answer.resume().on("end", settle);
      });
      call.on("error", fail);
      call.end('{"holder":"bench"}');
    });
  const measured = await storm(
    agents,
    async (agent) => {
      await ask(agent);
      await ask(agent);
    },
    isOver,
  );
  for (const agent of agents) agent.destroy();
  return measured;
}
