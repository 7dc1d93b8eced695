import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { onTestFinished } from "vitest";
import { connectHost } from "../../../src/docker/connection/connect.js";
import type { HostWriter } from "../../../src/docker/write/host-writer.js";
import { createJobQueue } from "../../../src/jobs/job-queue.js";
import type { JobTools } from "../../../src/jobs/job-tools.js";
import { createSchemaCache } from "../../../src/jobs/outputs/schema-cache.js";
import { hostIsAway } from "../../../src/pool/pool-host.js";
import type { CommandResult, GrantedLease } from "../../../src/pool/pools.js";
import { temporaryFolder } from "../data/folders.js";

/** The few answers of Docker that a try asks for, over a socket as the real one's: what an engine says and has, to the moment. */
export interface StandInEngine {
  readonly tools: JobTools;
  readonly lease: GrantedLease;
  /** Outcomes of leases that were given back. */
  readonly released: string[];
  /** How many leases were granted. */
  readonly granted: () => number;
  /** How often a file of it was asked for. */
  readonly looks: () => number;
  /** Writes a line to its standard output. */
  say(line: string): void;
  /** A call fails as if Docker were away. */
  isAway: boolean;
}

export interface StandInSettings {
  /** @returns undefined: there is nothing at the path */
  readonly archive?: (path: string) => Promise<Buffer | undefined>;
  /** A command through the kept session. */
  readonly exec?: (command: readonly string[]) => Promise<CommandResult>;
  /** It has connected to the engine's console: what it says from now on is heard. */
  readonly onListening?: (engine: StandInEngine) => void;
}

const NO_SHELL = async () => ({ exitCode: 127, stdout: "", stderr: "" });

export async function standInEngine(settings: StandInSettings = {}): Promise<StandInEngine> {
  const { archive = async () => undefined, exec = NO_SHELL, onListening } = settings;
  const ears = new Set<Duplex>();
  const counts = { looks: 0, granted: 0 };
  const server = createServer((request, answer) => void reply(request, answer));
  async function reply({ url = "" }: IncomingMessage, answer: ServerResponse): Promise<void> {
    const json = (value: unknown, status = 200) => answer.writeHead(status).end(JSON.stringify(value));
    if (url.endsWith("/version"))
      return void json({ ApiVersion: "1.41", Version: "20.10", Os: "linux", Arch: "amd64" });
    if (!url.includes("/archive?")) return void json({ message: "no" }, 500);
    counts.looks += 1;
    const bytes = await archive(new URL(url, "http://x").searchParams.get("path") ?? "");
    if (bytes === undefined) json({ message: "Could not find the file in container x" }, 404);
    else answer.writeHead(200).end(bytes);
  }
  server.on("upgrade", (_request, socket) => {
    socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    ears.add(socket);
    socket
      .on("error", () => undefined)
      .on("end", () => socket.end())
      .on("close", () => ears.delete(socket));
    socket.resume();
    onListening?.(engine);
  });
  const socketPath = join(temporaryFolder(), "docker.sock");
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const host = await connectHost({
    transport: { kind: "unix", socketPath },
    ...{ url: `unix://${socketPath}`, source: "a test" },
  });
  onTestFinished(() => {
    host.close();
    for (const ear of ears) ear.destroy();
    server.close();
  });
  const lease: GrantedLease = {
    ...{ id: "L1", fence: 1, pool: "game", engine: "engine.game/1", holder: "test", source: "warm" },
    ...{ since: "", expiresAt: new Date(Date.now() + 60_000).toISOString(), address: undefined, ports: {} },
    ...{ container: { id: "x", name: "x" }, timings: { queuedMs: 0, preparedMs: 0 } },
  };
  const engine: StandInEngine = {
    ...{ lease, released: [], isAway: false, granted: () => counts.granted, looks: () => counts.looks },
    say(line) {
      const head = Buffer.alloc(8);
      head[0] = 1;
      head.writeUInt32BE(Buffer.byteLength(line) + 1, 4);
      for (const ear of ears) ear.write(Buffer.concat([head, Buffer.from(`${line}\n`)]));
    },
    tools: {
      host() {
        if (engine.isAway) throw hostIsAway();
        return { host, writer: {} as HostWriter, reach: "address" };
      },
      pools: {
        async lease() {
          counts.granted += 1;
          return lease;
        },
        release: async (_id: string, _fence: number, outcome: string) => void engine.released.push(outcome),
        exec: async (_id: string, _fence: number, command: readonly string[]) => exec(command),
        onLeaseEnd: () => () => undefined,
        setActivity: () => undefined,
      } as unknown as JobTools["pools"],
      ...{ project: "p", env: {}, schemas: createSchemaCache(), hostQueue: createJobQueue(() => 1) },
      imageOf: async () => "sha256:1",
      log: { debug() {}, info() {}, warn() {}, error() {} },
      ...{ nowMs: () => performance.now(), wallMs: Date.now },
      sleep: (_ms, stop) =>
        new Promise((resolve) => {
          const settle = () => {
            stop?.removeEventListener("abort", settle);
            resolve();
          };
          setTimeout(settle, 5);
          stop?.addEventListener("abort", settle, { once: true });
        }),
    },
  };
  return engine;
}
