import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { buildImage } from "../rig/images.js";
import { pushImage } from "../rig/push-image.js";
import { templateVersion } from "../scenarios/api/template-version.js";
import { ask } from "../server/served-pools.js";
import { type BenchHost, mainScript } from "./bench-project.js";
import { createClient } from "./built-warm.js";
import type { Figure, Series } from "./figure.js";
import { summarise, timed, timeProcess, toSeries } from "./measure.js";

const run = promisify(execFile);
const bareScript = resolve(import.meta.dirname, "bare-http.mjs");

const TOKEN = "0123456789abcdef0123456789abcdef";
const CONNECTIONS = 64;

/** The HTTP API of a watcher in a process of its own: its status on one core, a warm template. */
export async function benchApi(host: BenchHost): Promise<Figure[]> {
  return [...(await benchStatus(host)), ...(await benchWarm(host))];
}

interface Watched extends AsyncDisposable {
  readonly socketPath: string;
  readonly url: string;
}

/** @param yaml beside the head @param core of the machine that it is kept to; undefined: any */
async function watch(host: BenchHost, name: string, yaml: string, core?: number): Promise<Watched> {
  const dir = join(host.dir, name);
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    join(dir, "warm.yaml"),
    `version: 1\nproject: ${name}\nprefix: ${name}\nnetwork: ${name}\n${yaml}`,
  );
  const env = {
    PATH: process.env.PATH,
    HOME: dir,
    DOCKER_HOST: `unix://${host.socketPath}`,
    WARM_API_TOKENS: `read:${TOKEN}`,
  };
  const args = [mainScript, "watch", "--listen", "127.0.0.1:0", "--log-format", "json"];
  const child = spawnOn(core, [process.execPath, ...args], { cwd: dir, env });
  const url = await new Promise<string>((settle, fail) => {
    child.once("exit", (code) => fail(new Error(`the watcher ended with ${code}`)));
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on("line", (line) => {
      const entry = JSON.parse(line) as { msg?: string; url?: string };
      if (entry.msg === "listening" && entry.url !== undefined) settle(entry.url);
    });
  });
  const socketPath = join(dir, ".warm/warm.sock");
  await untilReady(url);
  return {
    socketPath,
    url,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((settle) => child.once("exit", settle));
      child.kill("SIGTERM");
      await ended;
      await timeProcess([mainScript, "destroy", "--auto-approve"], env, dir);
    },
  };
}

function spawnOn(
  core: number | undefined,
  command: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv },
): ChildProcess {
  const [program = "", ...args] = core === undefined ? command : ["taskset", "-c", String(core), ...command];
  return spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
}

async function untilReady(url: string): Promise<void> {
  const client = createClient({ url, token: TOKEN });
  for (;;) {
    const checks = await client.readiness().catch(() => []);
    const status = await client.status().catch(() => undefined);
    if (checks.length > 0 && checks.every(({ isMet }) => isMet) && status?.summary.outOfSync === 0) break;
    await sleep(100);
  }
  client.close();
}

/** 200 resources, read by 64 connections, beside a bare server that sends a body of the same size. */
async function benchStatus(host: BenchHost): Promise<Figure[]> {
  const wanted = host.isQuick ? 20 : 200;
  // Beside them: a network, two images, a volume, a container.
  const sessions = Array.from({ length: wanted - 5 }, (_, index) => `  s${index}: { template: t }`).join(
    "\n",
  );
  const image = await pushImage(host.registry, "api/template:1", await buildImage("template", {}));
  const blob = await pushImage(host.registry, "api/blob:1", await buildImage("blob", {}));
  const yaml = `interval: 10m\ntemplates:\n  t: { image: ${image}, blob: ${blob} }\nsessions:\n${sessions}\n`;
  await using watched = await watch(host, "apistatus", yaml, 0);
  const client = createClient({ url: watched.url, token: TOKEN });
  const { resources } = await client.status();
  client.close();
  const { text } = await ask(watched.socketPath, "GET", "/v1/status");
  const bare = spawnOn(0, [process.execPath, bareScript, String(Buffer.byteLength(text))], {});
  const [port] = (
    await new Promise<string>((settle) => bare.stdout?.once("data", (data) => settle(String(data))))
  ).split("\n");
  const rates = { ours: [] as Load[], bare: [] as Load[] };
  const [turns, seconds] = host.isQuick ? [1, 1] : [3, 4];
  for (let turn = 0; turn < turns; turn += 1) {
    rates.bare.push(await load(`http://127.0.0.1:${port}/`, seconds));
    rates.ours.push(await load(`${watched.url}/v1/status`, seconds));
  }
  bare.kill();
  const series = (key: keyof Load): Series[] =>
    toSeries({
      warm: rates.ours.map((one) => one[key]),
      "bare server": rates.bare.map((one) => one[key]),
    });
  const name = `GET /v1/status with ${resources.length} resources (${Math.round(text.length / 1024)} KiB), ${CONNECTIONS} connections`;
  return [
    {
      id: `api.status.rate.${wanted}`,
      name: `${name}, requests on one core`,
      ...{ unit: "per s", better: "higher", series: series("perSecond"), bars: [{ min: 3_000 }] },
    },
    {
      id: `api.status.p99.${wanted}`,
      name: `${name}, 99th percentile`,
      ...{ unit: "ms", better: "lower", series: series("p99Ms"), bars: [{ max: 20 }] },
    },
  ];
}

interface Load {
  readonly perSecond: number;
  readonly p99Ms: number;
}

async function load(url: string, seconds: number): Promise<Load> {
  const args = [
    "-t1",
    `-c${CONNECTIONS}`,
    `-d${seconds}s`,
    "--latency",
    "-H",
    `Authorization: Bearer ${TOKEN}`,
    url,
  ];
  const { stdout } = await run("taskset", ["-c", "1", "wrk", ...args]);
  const [, perSecond] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? [];
  const [, p99, unit = ""] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  if (perSecond === undefined || p99 === undefined || /Non-2xx/.test(stdout))
    throw new Error(`wrk said:\n${stdout}`);
  const factors: Readonly<Record<string, number>> = { us: 1e-3, ms: 1, s: 1e3 };
  return { perSecond: Number(perSecond), p99Ms: Number(p99) * (factors[unit] ?? Number.NaN) };
}

/** A template that is warm already, its health asked anew each time, beside the bare GET of its page. */
async function benchWarm(host: BenchHost): Promise<Figure[]> {
  const image = await pushImage(host.registry, "api/template:1", await buildImage("template", {}));
  const blob = await pushImage(host.registry, "api/blob:1", await buildImage("blob", {}));
  await using watched = await watch(host, "apiwarm", "interval: 10m\n");
  const body = templateVersion("0f8c1b9e-6c1f-4f57-a8a0-2f3c6f2f9b11", { image, blob });
  const warm = async () => {
    const { status, text } = await ask(watched.socketPath, "POST", "/template/warm", { body });
    if (status !== 200) throw new Error(`POST /template/warm: ${status} ${text}`);
  };
  await warm();
  const bare = async () => {
    await ask(watched.socketPath, "GET", "/");
  };
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let count = 0; count < (host.isQuick ? 20 : 200); count += 1) {
    times.bare.push(await timed(bare));
    times.ours.push(await timed(warm));
    await sleep(5);
  }
  return [
    {
      id: "api.warm",
      name: "POST /template/warm of a warm template",
      ...{ unit: "ms", better: "lower", bars: [{ max: 15 }] },
      series: [
        ...toSeries({ warm: times.ours }),
        { who: "bare server", ...summarise(times.bare), note: "GET / of the same watcher" },
      ],
    },
  ];
}
