import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { LogFields } from "../../src/daemon/log/watch-log.js";
import { createServiceManager, type ServiceManager } from "../../src/daemon/service-manager.js";
import { temporaryFolder } from "../jobs/data/folders.js";

const runs = (program: string, args: readonly string[]) => spawnSync(program, args).status === 0;
/** What these tests need: otherwise they are skipped, and their title says so. */
const missing = [
  ...(runs("systemd-notify", ["--version"]) ? [] : ["systemd-notify"]),
  ...(runs("perl", ["-MSocket", "-e", "1"]) ? [] : ["perl"]),
];
const note = missing.length === 0 ? "" : ` (skipped: there is no ${missing.join(", no ")})`;

/** What receives as systemd does: each message as a line of hex digits. */
const RECEIVER = `
  $| = 1;
  socket(my $socket, AF_UNIX, SOCK_DGRAM, 0) or die $!;
  bind($socket, sockaddr_un($ARGV[0])) or die $!;
  print "bound\\n";
  while (defined recv($socket, my $message, 65536, 0)) { print unpack("H*", $message), "\\n" }
`;

interface Receiver {
  readonly socket: string;
  /** The messages in their order, each by its lines. */
  readonly messages: string[][];
  until(holds: (messages: string[][]) => boolean): Promise<void>;
}

async function startReceiver(): Promise<Receiver> {
  const socket = join(temporaryFolder(), "notify");
  const child: ChildProcess = spawn("perl", ["-MSocket", "-e", RECEIVER, socket], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const messages: string[][] = [];
  let rest = "";
  let isBound = false;
  child.stdout?.setEncoding("latin1").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "bound") isBound = true;
      else messages.push(Buffer.from(line, "hex").toString("utf8").split("\n"));
    }
  });
  const until = async (holds: (messages: string[][]) => boolean) => {
    while (!holds(messages)) await delay(5);
  };
  await until(() => isBound);
  return { socket, messages, until };
}

/** Without what systemd-notify sends to learn that it was heard. */
const told = (messages: readonly string[][]) => messages.filter(([first]) => first !== "BARRIER=1");

interface Started {
  readonly manager: ServiceManager;
  readonly warnings: LogFields[];
}

function start(env: NodeJS.ProcessEnv, isAlive: () => boolean = () => true): Started {
  const warnings: LogFields[] = [];
  const log = {
    debug() {},
    info() {},
    warn: (_message: string, fields: LogFields = {}) => warnings.push(fields),
    error() {},
  };
  const manager = createServiceManager({ env: { PATH: process.env.PATH, ...env }, log, isAlive });
  onTestFinished(() => manager.close());
  return { manager, warnings };
}

/** A program of that name that writes its arguments down, a line a run, and then does what is said. */
function fakeProgram(then: string): { readonly path: string; readonly runs: () => string[] } {
  const dir = temporaryFolder();
  const log = join(dir, "runs");
  writeFileSync(log, "");
  writeFileSync(join(dir, "systemd-notify"), `#!/bin/sh\necho "$*" >> '${log}'\n${then}\n`);
  chmodSync(join(dir, "systemd-notify"), 0o755);
  return {
    path: `${dir}:${process.env.PATH}`,
    runs: () =>
      readFileSync(log, "utf8")
        .split("\n")
        .filter((line) => line !== ""),
  };
}

describe.skipIf(missing.length > 0)(`systemd${note}`, () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });

  it("is told that the service is up, how it goes, and that it stops, in this order", async () => {
    const { manager, warnings } = start({ NOTIFY_SOCKET: receiver.socket });
    manager.ready("3 engines ready");
    await manager.stopping();
    expect(told(receiver.messages)).toEqual([["STATUS=3 engines ready", "READY=1"], ["STOPPING=1"]]);
    expect(warnings).toEqual([]);
  });

  it("is told nothing that a status was made to say", async () => {
    const { manager } = start({ NOTIFY_SOCKET: receiver.socket });
    manager.ready(" a\nSTOPPING=1\r\n\u001b[31mred\u0000\u2028b $(id) `id` \"'; --no-block ü 🌍 ");
    await manager.stopping();
    expect(told(receiver.messages)[0]).toEqual([
      "STATUS=a STOPPING=1 [31mred b $(id) `id` \"'; --no-block ü 🌍",
      "READY=1",
    ]);
  });

  it("is told no endless status", async () => {
    const { manager } = start({ NOTIFY_SOCKET: receiver.socket });
    manager.ready("🌍".repeat(100_000));
    await manager.stopping();
    expect(told(receiver.messages)[0]?.[0]).toBe(`STATUS=${"🌍".repeat(199)}…`);
  });

  it("hears of the watchdog again and again while the watcher is alive, and no longer", async () => {
    let isAlive = true;
    const { manager } = start(
      { NOTIFY_SOCKET: receiver.socket, WATCHDOG_USEC: "100000", WATCHDOG_PID: `${process.pid}` },
      () => isAlive,
    );
    manager.ready("up");
    await receiver.until((messages) => messages.filter((lines) => lines.includes("WATCHDOG=1")).length >= 3);
    isAlive = false;
    // One may be on its way.
    await delay(100);
    const count = receiver.messages.length;
    await delay(300);
    expect(receiver.messages.length).toBe(count);
    isAlive = true;
    await receiver.until((messages) => messages.length > count);
  });

  it.each([
    ["another process is watched", { WATCHDOG_USEC: "20000", WATCHDOG_PID: `${process.pid + 1}` }],
    ["nothing is watched", {}],
    ["the time is none", { WATCHDOG_USEC: "0" }],
    ["the time is no number", { WATCHDOG_USEC: "soon" }],
  ])("hears of no watchdog when %s", async (_case, env) => {
    const { manager } = start({ NOTIFY_SOCKET: receiver.socket, ...env });
    await delay(150);
    await manager.stopping();
    expect(told(receiver.messages)).toEqual([["STOPPING=1"]]);
  });

  it("is told nothing after the end", async () => {
    const { manager } = start({ NOTIFY_SOCKET: receiver.socket, WATCHDOG_USEC: "20000" });
    manager.close();
    manager.close();
    manager.ready("up");
    manager.status("down");
    await manager.stopping();
    await delay(100);
    expect(receiver.messages).toEqual([]);
  });
});

describe("without systemd", () => {
  it("nothing is run and nothing waits", async () => {
    const program = fakeProgram("exit 0");
    const { manager } = start({ PATH: program.path, WATCHDOG_USEC: "20000" });
    manager.ready("up");
    manager.status("more");
    await delay(100);
    await manager.stopping();
    manager.close();
    expect(program.runs()).toEqual([]);
  });
});

describe("a status", () => {
  beforeEach(
    () => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] }),
  );
  afterEach(() => void vi.useRealTimers());
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((settle) => setImmediate(settle));
  };

  it("is told at once, those that follow a few times a minute, the latest only", async () => {
    const program = fakeProgram("exit 0");
    const { manager } = start({ NOTIFY_SOCKET: "/nowhere", PATH: program.path });
    manager.status("0");
    await until(() => program.runs().length === 1);
    for (let second = 1; second <= 60; second += 1) {
      await new Promise((settle) => setImmediate(settle));
      manager.status(`${second}`);
      const before = program.runs().length;
      vi.advanceTimersByTime(1_000);
      if (second % 15 === 0) await until(() => program.runs().length > before);
    }
    expect(program.runs()).toEqual([
      "--status=0",
      "--status=15",
      "--status=30",
      "--status=45",
      "--status=60",
    ]);
  });

  it("that has not changed is not told again", async () => {
    const program = fakeProgram("exit 0");
    const { manager } = start({ NOTIFY_SOCKET: "/nowhere", PATH: program.path });
    manager.ready("same");
    await manager.stopping();
    manager.status("same\n");
    vi.advanceTimersByTime(60_000);
    await manager.stopping();
    expect(program.runs()).toEqual(["--status=same READY=1", "STOPPING=1", "STOPPING=1"]);
  });

  it("that waits goes along with what else is told", async () => {
    const program = fakeProgram("exit 0");
    const { manager } = start({ NOTIFY_SOCKET: "/nowhere", PATH: program.path });
    manager.ready("up");
    manager.status("going");
    await manager.stopping();
    expect(program.runs().slice(-1)).toEqual([expect.stringContaining("STOPPING=1")]);
    expect(program.runs().join(" ")).toContain("--status=going");
    expect(program.runs().length).toBeLessThanOrEqual(2);
  });

  it("that could not be told is told later, with that the service is up", async () => {
    const flag = join(temporaryFolder(), "works");
    const program = fakeProgram(`test -e '${flag}' || { echo no such luck >&2; exit 3; }`);
    const { manager, warnings } = start({ NOTIFY_SOCKET: "/nowhere", PATH: program.path });
    manager.ready("up");
    await until(() => warnings.length === 1);
    expect(warnings).toEqual([{ detail: "systemd-notify failed (3): no such luck" }]);
    vi.advanceTimersByTime(15_000);
    await until(() => program.runs().length === 2);
    writeFileSync(flag, "");
    await manager.stopping();
    expect(program.runs().slice(2)).toEqual(["--status=up READY=1", "STOPPING=1"]);
    expect(warnings).toHaveLength(1);
  });
});

describe("a program", () => {
  it("that is missing is logged once and breaks nothing", async () => {
    const { manager, warnings } = start({
      NOTIFY_SOCKET: "/nowhere",
      PATH: temporaryFolder(),
      WATCHDOG_USEC: "4000",
    });
    const nodeWarnings: Error[] = [];
    const note = (warning: Error) => nodeWarnings.push(warning);
    process.on("warning", note);
    onTestFinished(() => void process.off("warning", note));
    manager.ready("up");
    manager.status("more");
    await delay(200);
    await manager.stopping();
    expect(warnings).toEqual([{ detail: "there is no systemd-notify on this machine" }]);
    expect(nodeWarnings).toEqual([]);
  });

  it("runs never twice at a time", async () => {
    const lock = join(temporaryFolder(), "lock");
    const program = fakeProgram(`mkdir '${lock}' || exit 1; sleep 0.05; rmdir '${lock}'`);
    const { manager, warnings } = start({
      NOTIFY_SOCKET: "/nowhere",
      PATH: program.path,
      WATCHDOG_USEC: "10000",
    });
    manager.ready("up");
    for (let count = 0; count < 20; count += 1) {
      manager.status(`${count}`);
      await delay(10);
    }
    await manager.stopping();
    expect(warnings).toEqual([]);
    expect(program.runs().length).toBeGreaterThan(2);
  });

  it("that hangs is ended with the watcher", async () => {
    const program = fakeProgram("exec sleep 60");
    const { manager, warnings } = start({ NOTIFY_SOCKET: "/nowhere", PATH: program.path });
    manager.ready("up");
    while (program.runs().length === 0) await delay(5);
    const startedAt = performance.now();
    const stopped = manager.stopping();
    manager.close();
    await stopped;
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(warnings).toEqual([]);
  });

  it("that hangs is killed in time, and that is logged", { timeout: 20_000 }, async () => {
    const program = fakeProgram("exec sleep 60");
    const { manager, warnings } = start({ NOTIFY_SOCKET: "/nowhere", PATH: program.path });
    await manager.stopping();
    expect(warnings).toEqual([{ detail: "systemd-notify took longer than 5 s" }]);
  });

  it("keeps no process alive that has nothing else to do", async () => {
    const script = `
      import { createServiceManager } from ${JSON.stringify(join(import.meta.dirname, "../../src/daemon/service-manager.ts"))};
      const log = { debug() {}, info() {}, warn() {}, error() {} };
      const env = { NOTIFY_SOCKET: "/nowhere", PATH: "/nowhere", WATCHDOG_USEC: "60000000" };
      createServiceManager({ env, log, isAlive: () => true }).ready("up");
    `;
    const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      stdio: "inherit",
    });
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(0);
  });
});
