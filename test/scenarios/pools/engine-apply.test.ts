import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createContext } from "../../../src/apply/create-context.js";
import type { EngineGate } from "../../../src/apply/engine-gate.js";
import { executePlan } from "../../../src/apply/execute-plan.js";
import { openProject } from "../../../src/apply/open-project.js";
import { systemClock } from "../../../src/apply/system-clock.js";
import type { ApplyEvent, ApplySummary } from "../../../src/model/event.js";
import type { Observed } from "../../../src/model/observed.js";
import { type Change, isChange } from "../../../src/model/plan.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { listEngines, type PoolSettings, writeEngineProject } from "./engine-project.js";

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(() => sandbox.dispose());

interface Run {
  readonly summary: ApplySummary;
  /** What the gate was told and asked, as `ready engine-name`. */
  readonly told: string[];
  readonly events: ApplyEvent[];
  readonly failures: string[];
  readonly details: string[];
}

interface RunSettings {
  /** Answers when an engine is to be retired; default at once yes. */
  readonly retire?: (name: string, cancel: AbortSignal) => Promise<boolean>;
  readonly soft?: AbortSignal;
  /** Default as it is. */
  readonly reach?: Observed["reach"];
  /** Puts another change in the place of a planned one. */
  readonly amend?: (change: Change) => Change;
}

/** Plans what the file asks for and carries it out, with a gate that writes down what it is told. */
async function run({
  retire = async () => true,
  soft,
  reach,
  amend = (change) => change,
}: RunSettings = {}): Promise<Run> {
  const names = new Map((await listEngines(sandbox)).map(({ id, name }) => [id, name]));
  const nameOf = (id: string) => (names.get(id) ?? id).replace(`${sandbox.prefix}-engine-`, "");
  const told: string[] = [];
  const engines: EngineGate = {
    begun(id, address) {
      names.set(id, address.replace("engine.", "").replace("/", "-"));
      told.push(`begun ${nameOf(id)}`);
    },
    ready: (id) => void told.push(`ready ${nameOf(id)}`),
    failed: (id, error) => void told.push(`failed ${nameOf(id)}: ${error.code}`),
    removed: (id) => void told.push(`removed ${nameOf(id)}`),
    async retire(id, cancel) {
      told.push(`retire ${nameOf(id)}`);
      return retire(nameOf(id), cancel);
    },
  };
  const project = await openProject({
    file: `${sandbox.dir}/warm.yaml`,
    host: `unix://${sandbox.socketPath}`,
  });
  try {
    const never = new AbortController().signal;
    const { plan, observed } = await project.plan();
    const events: ApplyEvent[] = [];
    const context = createContext({
      host: project.host,
      writer: await project.openWriter(),
      desired: project.config.desired,
      plan: { ...plan, changes: plan.changes.map(amend) },
      observed: { ...observed, reach: reach ?? observed.reach },
      emit: (event) => events.push(event),
      clock: systemClock,
      stop: { soft: soft ?? never, hard: never },
      engines,
    });
    const summary = await executePlan(context, async () => undefined);
    const failures = events.flatMap((event) => (event.type === "action-failed" ? [event.message] : []));
    const details = events.flatMap((event) =>
      event.type === "action-done" && event.detail ? [event.detail] : [],
    );
    const left = (await project.plan()).plan.changes.filter(isChange);
    return {
      summary,
      told,
      events,
      failures: [...failures],
      details: [...details, ...left.map(() => "left")],
    };
  } finally {
    project.close();
  }
}

const write = (settings: PoolSettings) => writeEngineProject(sandbox, settings);

describe("a pool of three", () => {
  it("is made, each engine told of when it is begun and when it is ready", async () => {
    const { nameOf, addressOf } = await write({});
    const { told, summary, failures, details } = await run();
    expect(failures).toEqual([]);
    expect(details).toEqual([]);
    expect(summary).toMatchObject({ failed: 0, skipped: 0 });
    expect(told.filter((line) => line.startsWith("begun")).sort()).toEqual([
      "begun game-1",
      "begun game-2",
      "begun game-3",
    ]);
    for (const slot of [1, 2, 3]) {
      expect(told.indexOf(`ready game-${slot}`)).toBeGreaterThan(told.indexOf(`begun game-${slot}`));
    }
    const engines = await listEngines(sandbox);
    expect(engines.map(({ name, state }) => [name, state])).toEqual(
      [1, 2, 3].map((slot) => [nameOf(slot), "running"]),
    );
    expect(engines.map(({ labels }) => labels["warm.address"])).toEqual([1, 2, 3].map(addressOf));
    expect((await run()).told).toEqual([]);
  });

  it("is hardened as the file says, without a word of it in the file", async () => {
    const { nameOf } = await write({ size: 1, lines: ["resources: { memory: 64MiB }"] });
    await run();
    const { HostConfig, Config, NetworkSettings } = await sandbox.docker.getContainer(nameOf(1)).inspect();
    expect(HostConfig).toMatchObject({
      Memory: 64 * 2 ** 20,
      MemorySwap: 64 * 2 ** 20,
      PidsLimit: 1024,
      SecurityOpt: ["no-new-privileges"],
      LogConfig: { Type: "json-file", Config: { "max-size": String(10 * 2 ** 20), "max-file": "3" } },
      RestartPolicy: { MaximumRetryCount: 0 },
    });
    expect(HostConfig.Init ?? false).toBe(false);
    expect(Object.keys(HostConfig.PortBindings ?? {})).toEqual([]);
    expect(Config).toMatchObject({ OpenStdin: true, StdinOnce: false });
    expect(Object.keys(NetworkSettings.Networks)).toEqual([sandbox.network]);
  });
});

it("where containers are reached by published ports alone, an engine's are published on loopback", async () => {
  const ready = "{ http: { port: 8080 }, timeout: 20s }";
  const { nameOf } = await write({ size: 1, ready, lines: ["ports: [9000]"] });
  const { told, failures } = await run({ reach: "published" });
  expect(failures).toEqual([]);
  expect(told).toEqual(["begun game-1", "ready game-1"]);
  const { NetworkSettings } = await sandbox.docker.getContainer(nameOf(1)).inspect();
  const published = Object.entries(NetworkSettings.Ports).map(([port, bindings]) => [
    port,
    bindings?.[0]?.HostIp,
  ]);
  expect(Object.fromEntries(published)).toEqual({ "8080/tcp": "127.0.0.1", "9000/tcp": "127.0.0.1" });
});

it("an engine that does not become ready is taken away, with its last lines in the error", async () => {
  const image = await sandbox.image("engine", { failsStart: true, to: "both" });
  await write({ size: 1, image });
  const { told, events, summary } = await run();
  expect(told).toEqual(["begun game-1", "failed game-1: unhealthy", "removed game-1"]);
  expect(summary).toMatchObject({ failed: 1, unhealthy: 1 });
  expect(events.find(({ type }) => type === "action-failed")).toMatchObject({
    address: "engine.game/1",
    message: expect.stringContaining("ended with exit code 9 before it was ready"),
    logs: ["Game server starting", "fatal: no world found"],
  });
  expect(await listEngines(sandbox)).toEqual([]);
});

it("what a killed run has made and not started makes room", async () => {
  const { nameOf, addressOf, image } = await write({ size: 1 });
  await run();
  const [engine] = await listEngines(sandbox);
  await sandbox.docker.getContainer(nameOf(1)).remove({ force: true });
  await sandbox.docker.createContainer({ Image: image, name: nameOf(1), Labels: engine?.labels ?? {} });
  // Planned when it was not there yet.
  const amend = (change: Change): Change =>
    change.address === addressOf(1)
      ? { ...change, action: "create", precondition: { exists: false } }
      : change;
  const { told, failures } = await run({ amend });
  expect(failures).toEqual([]);
  expect(told).toEqual(["begun game-1", "ready game-1"]);
});

describe("an engine that is replaced", () => {
  it("in another slot goes once the new one is ready", async () => {
    const project = await write({ size: 2, lines: ["env: { WORLD: a }"] });
    await run();
    await write({ size: 2, image: project.image, lines: ["env: { WORLD: b }"] });
    const { told } = await run();
    const ready = told.findIndex((line) => line.startsWith("ready"));
    const retire = told.findIndex((line) => line.startsWith("retire"));
    expect(ready).toBeGreaterThan(-1);
    expect(retire).toBeGreaterThan(ready);
    expect(told[retire + 1]).toMatch(/^removed/);
  });

  it("that somebody uses again is left alone", async () => {
    const project = await write({ size: 1, lines: ["env: { WORLD: a }"] });
    await run();
    await write({ size: 1, image: project.image, lines: ["env: { WORLD: b }"] });
    const { told, details, summary } = await run({ retire: async () => false });
    expect(details).toContain("in use again, left alone");
    expect(summary.failed).toBe(0);
    expect(told.filter((line) => line.startsWith("removed"))).toEqual([]);
  });
});

it("an interrupt ends the wait for an engine in use at once and leaves it in place", async () => {
  const project = await write({ size: 2 });
  await run();
  await write({ size: 1, image: project.image });
  const soft = new AbortController();
  const retire = (_name: string, cancel: AbortSignal) =>
    new Promise<boolean>((resolve) => {
      cancel.addEventListener("abort", () => resolve(false), { once: true });
      setTimeout(() => soft.abort(), 300);
    });
  const started = performance.now();
  const { summary, details } = await run({ retire, soft: soft.signal });
  expect(performance.now() - started).toBeLessThan(5000);
  expect(summary).toMatchObject({ failed: 0, interrupted: true });
  expect(details).toContain("interrupted while in use, left alone");
  expect(await listEngines(sandbox)).toHaveLength(2);
});

it("waiting for engines in use keeps nobody else from working", async () => {
  const project = await write({ size: 9 });
  await run();
  await write({ size: 1, image: project.image, pool: "other" });
  const isMade = () => listEngines(sandbox).then((all) => all.some(({ name }) => name.endsWith("other-1")));
  const { told, failures } = await run({
    retire: async () => {
      await expect.poll(isMade, { timeout: 20_000 }).toBe(true);
      return true;
    },
  });
  expect(failures).toEqual([]);
  expect(told.filter((line) => line.startsWith("removed"))).toHaveLength(9);
  expect((await listEngines(sandbox)).map(({ name }) => name)).toEqual([`${sandbox.prefix}-engine-other-1`]);
});

it("limits change in place", async () => {
  const project = await write({ size: 1, lines: ["resources: { memory: 64MiB }"] });
  await run();
  const [before] = await listEngines(sandbox);
  await write({ size: 1, image: project.image, lines: ["resources: { memory: 96MiB, pids: 50 }"] });
  const { told, failures } = await run();
  expect({ told, failures }).toEqual({ told: [], failures: [] });
  const [after] = await listEngines(sandbox);
  expect(after?.id).toBe(before?.id);
  const { HostConfig } = await sandbox.docker.getContainer(project.nameOf(1)).inspect();
  expect(HostConfig).toMatchObject({ Memory: 96 * 2 ** 20, MemorySwap: 96 * 2 ** 20, PidsLimit: 50 });
});
