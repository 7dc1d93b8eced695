import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClient } from "../../src/server/client/create-client.js";
import { type RunningServer, startServer } from "../../src/server/listen/start-server.js";
import { createFakeTerminal } from "../report/fake-terminal.js";
import { startWarm } from "../rig/run-warm.js";
import type { Sandbox } from "../rig/sandbox.js";
import { createMemoryPools, type MemoryPools } from "../server/memory-pools.js";
import { createMemoryServed } from "../server/memory-served.js";
import { until } from "../server/served-pools.js";
import { CTRL_C, hasTerminals, runOnTerminal } from "./on-terminal.js";

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** The built command line beside a server over pools in memory. */
let directory: string;
let pools: MemoryPools;
let server: RunningServer;
const socketPath = () => join(directory, ".warm", "warm.sock");

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "warm-engines-"));
  mkdirSync(join(directory, ".warm"));
  pools = createMemoryPools();
  server = await startServer({
    served: createMemoryServed({ pools }),
    socketPath: socketPath(),
    log,
    graceMs: 100,
  });
});
afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

const start = (args: readonly string[], env: Record<string, string> = {}) =>
  startWarm(args, directory, { env: { HOME: directory, ...env }, timeoutMs: 20_000 });
const warm = (args: readonly string[], env?: Record<string, string>) => start(args, env).result;
const script = (text: string) => ["--", process.execPath, "-e", text];

describe("warm engines", () => {
  it("lists what the watcher has, as a table and as JSON", async () => {
    const text = await warm(["engines"]);
    expect([text.code, text.stderr]).toEqual([0, ""]);
    expect(text.stdout).toMatch(/^valheim: 1 of 1, 1 ready/);
    expect(text.stdout).toContain("valheim/1");
    const json = JSON.parse((await warm(["engines", "valheim", "--json"])).stdout);
    expect(json).toMatchObject({ format: "warm.engines/1", pools: [{ id: "valheim" }] });
  });

  it("says which pools there are when one is asked for that is not", async () => {
    const { code, stderr } = await warm(["engines", "nope"]);
    expect(code).toBe(1);
    expect(stderr).toBe("error: there is no pool nope\nhint: use `valheim`\n");
  });

  it("says when no watcher runs, and --watch when there is no terminal", async () => {
    const { code, stderr } = await warm(["engines", "--state-dir", "elsewhere"]);
    expect(code).toBe(1);
    expect(stderr).toContain("is `warm watch` running?");
    expect((await warm(["engines", "--watch"])).code).toBe(64);
  });
});

describe.skipIf(!hasTerminals)("warm engines --watch", () => {
  it("draws what changes until it is interrupted, also over a restart of the watcher", async () => {
    const session = runOnTerminal({ dir: directory, socketPath: "/nowhere" } as Sandbox, [
      "engines",
      "--watch",
    ]);
    await session.shows("1 of 1, ");
    const client = createClient(socketPath());
    await client.lease("valheim", { holder: "ci-17" });
    client.close();
    await session.shows("ci-17, ends in");
    await server.close();
    await session.shows("nothing answers at");
    server = await startServer({ served: createMemoryServed({ pools }), socketPath: socketPath(), log });
    await delay(1_200);
    session.press(CTRL_C);
    expect(await session.end()).toBe(0);
    const { lines, isCursorVisible } = replay(session.screen());
    expect(lines.filter((line) => line.startsWith("valheim:"))).toHaveLength(1);
    expect(lines.join("\n")).not.toContain("error:");
    expect(isCursorVisible).toBe(true);
  });
});

/** What is left on the screen in the end. */
function replay(written: string): { lines: string[]; isCursorVisible: boolean } {
  const terminal = createFakeTerminal({ columns: 100, rows: 30 });
  terminal.write(written.replaceAll("^C", ""));
  return { lines: terminal.lines(), isCursorVisible: terminal.isCursorVisible() };
}

describe("warm lease", () => {
  it("runs the command with the engine in its environment, and gives the engine back", async () => {
    writeFileSync(join(directory, "in.bin"), Buffer.from([0, 255]));
    const print = "console.log(JSON.stringify(process.env)); process.exit(7)";
    const args = ["--env", "A=1", "--env", "TOKEN", "--put", "in.bin:/run/in", ...script(print)];
    const { code, stdout, stderr } = await warm(["lease", "valheim", ...args], { TOKEN: "s3cr3t" });
    expect(code).toBe(7);
    expect(stderr).toBe("Leased engine.valheim/1 (172.18.0.3).\n");
    const [[id, bound] = []] = [...pools.bound];
    expect(bound).toEqual({ env: { A: "1", TOKEN: "s3cr3t" }, files: { "/run/in": Buffer.from([0, 255]) } });
    expect(JSON.parse(stdout)).toMatchObject({
      WARM_ENGINE: "engine.valheim/1",
      WARM_ENGINE_ADDRESS: "172.18.0.3",
      WARM_ENGINE_CONTAINER: "cyan-engine-valheim-1",
      WARM_ENGINE_PORT_80: "80",
      WARM_LEASE_ID: id,
      WARM_LEASE_FENCE: "1",
    });
    expect([...pools.outcomes.values()]).toEqual(["clean"]);
  });

  it("has the engine replaced after a failure when told to", async () => {
    await warm(["lease", "valheim", "--dirty-on-failure", ...script("process.exit(1)")]);
    expect([...pools.outcomes.values()]).toEqual(["dirty"]);
  });

  it("keeps the lease for as long as the command runs", async () => {
    const { code } = await warm(["lease", "valheim", "--ttl", "1s", ...script("setTimeout(() => {}, 1500)")]);
    expect(code).toBe(0);
    expect(pools.renewals()).toBeGreaterThanOrEqual(2);
  });

  it("that is lost stops the command and says so", async () => {
    const run = start(["lease", "valheim", "--ttl", "1s", ...script("setInterval(() => {}, 1000)")]);
    await until(() => pools.leases().length === 1);
    pools.expire(pools.leases()[0]?.id ?? "");
    const { code, stderr, ms } = await run.result;
    expect([code, ms < 10_000]).toEqual([1, true]);
    expect(stderr).toContain("has ended");
    expect(stderr).toContain("The lease is lost: the command is stopped.");
  });

  it("outlives a restart of the watcher", async () => {
    const run = start(["lease", "valheim", "--ttl", "1s", ...script("setTimeout(() => {}, 3000)")]);
    await until(() => pools.leases().length === 1);
    await server.close();
    await delay(1_000);
    server = await startServer({
      served: createMemoryServed({ pools }),
      socketPath: socketPath(),
      log,
      graceMs: 100,
    });
    const { code, stderr } = await run.result;
    expect(code).toBe(0);
    expect(stderr.match(/is `warm watch` running/g)).toHaveLength(1);
    expect([...pools.outcomes.values()]).toEqual(["clean"]);
  });

  it("passes signals on and gives the engine back all the same", async () => {
    const nap =
      "process.on('SIGTERM', () => process.exit(9)); console.log('up'); setInterval(() => {}, 1000)";
    const run = start(["lease", "valheim", ...script(nap)]);
    await until(() => run.output.stdout.includes("up"));
    run.child.kill("SIGTERM");
    expect((await run.result).code).toBe(9);
    expect(pools.leases()).toEqual([]);
  });

  it("says its place while it waits, and leaves the queue when it is interrupted", async () => {
    const client = createClient(socketPath());
    await client.lease("valheim", { holder: "a" });
    const run = start(["lease", "valheim", ...script("")]);
    await until(() => run.output.stderr.includes("place 1"));
    run.child.kill("SIGINT");
    const { code, stderr } = await run.result;
    expect(code).toBe(130);
    expect(stderr).toBe(
      "Waiting for an engine of valheim: place 1 in the queue, about 1.0s to wait.\nLeft the queue.\n",
    );
    await until(() => pools.queued() === 0);
    client.close();
  });

  it("of a command that is not there exits 127 and keeps nothing", async () => {
    const { code, stderr } = await warm(["lease", "valheim", "--", "no-such-command"]);
    expect(code).toBe(127);
    expect(stderr).toContain("cannot run the command");
    expect(pools.leases()).toEqual([]);
  });

  it("without a command prints the lease, which `warm release` ends", async () => {
    const { code, stdout } = await warm(["lease", "valheim", "--holder", "ci"]);
    expect(code).toBe(0);
    const lease = JSON.parse(stdout);
    expect(lease).toMatchObject({ holder: "ci", fence: 1, address: "172.18.0.3" });
    const released = await warm(["release", lease.id, "--dirty"]);
    expect(released.stdout).toBe(`Lease ${lease.id} has ended: its engine is replaced.\n`);
    expect([...pools.outcomes.values()]).toEqual(["dirty"]);
  });

  it("that nobody gives in time exits 1", async () => {
    const client = createClient(socketPath());
    await client.lease("valheim", { holder: "a" });
    const { code, stderr } = await warm(["lease", "valheim", "--wait", "0s", ...script("")]);
    expect([code, stderr]).toEqual([1, "error: no engine of valheim is free\n"]);
    client.close();
  });
});

describe("warm recycle and canary", () => {
  it.each(["valheim", "valheim/1", "engine.valheim/1"])("recycle %s", async (target) => {
    expect((await warm(["recycle", target])).stdout).toBe("engine.valheim/1: is replaced\n");
  });

  it("canary gives its verdict", async () => {
    const { code, stdout } = await warm(["canary", "valheim", "--wait", "1s"]);
    expect([code, stdout]).toEqual([0, "engine.valheim/1: clean (1 marker planted, reset in 5ms)\n"]);
  });
});

describe("a command line that cannot be meant exits 64 before anything is leased", () => {
  it.each([
    [["lease"], "missing required argument 'pool'"],
    [["lease", "valheim", "--ttl", "soon"], "30s, 5m or 1h30m"],
    [["lease", "valheim", "--priority", "high"], "use a whole number"],
    [["lease", "valheim", "--env", "1=2"], "names no variable"],
    [["lease", "valheim", "--env", "NOT_SET"], "there is no such variable here"],
    [["lease", "valheim", "--put", "a"], "does not say from where to where"],
    [["lease", "valheim", "--put", "nope:/a"], "cannot read nope"],
    [["recycle", "a/b/c"], "is neither a pool nor one of its engines"],
    [["recycle", "valheim/0"], "is neither a pool nor one of its engines"],
    [["engines", "--json", "--watch"], "cannot be used with option"],
    [["release"], "missing required argument 'lease'"],
  ])("warm %j", async (args, message) => {
    const { code, stderr } = await warm(args);
    expect(stderr).toContain(message);
    expect(code).toBe(64);
    expect(pools.bound.size).toBe(0);
  });
});
