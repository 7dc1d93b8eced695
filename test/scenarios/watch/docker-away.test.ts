import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type FaultProxy, startFaultProxy } from "../../rig/fault-proxy.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { through } from "../templates/proxied-apply.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import {
  countOf,
  eventually,
  expectKillHealed,
  isRunning,
  told,
  type Watching,
  watch,
} from "./watched-project.js";

let sandbox: Sandbox;
let proxy: FaultProxy;
let project: TemplateProject;
let watching: Watching;
let since: number;
beforeAll(async () => {
  sandbox = await createSandbox();
  proxy = await startFaultProxy(sandbox.socketPath);
  project = await writeTemplateProject(sandbox, {}, ["interval: 2s", "flapping: { heals: 100 }"]);
  watching = watch(sandbox, [], through(proxy));
  await watching.line(
    ({ msg, address }) => msg === "change applied" && address === `container.${project.container}`,
  );
});
afterAll(async () => {
  await sandbox.dispose();
  await proxy.stop();
});
beforeEach(async () => {
  proxy.clear();
  await watching.quiet();
  since = watching.lines().length;
  proxy.calls.length = 0;
});

const passes = () => countOf(watching, "pass done", since);
const calls = (path: RegExp) => proxy.calls.filter((call) => path.test(call.path)).length;
const warnings = () =>
  told(watching.lines().slice(since)).filter(({ level }) => level === "warn" || level === "error");

it("slow answers slow a repair down and do not keep it from being made", async () => {
  proxy.fault({ match: ({ path }) => !path.endsWith("/events"), action: { kind: "delay", ms: 300 } });
  await expectKillHealed(sandbox, project.container, 10_000);
  expect(warnings()).toEqual([]);
});

it("an event stream that is cut again and again is no hot loop, and damage is healed meanwhile", async () => {
  const events = { match: { path: /\/events$/ }, action: { kind: "cut" } } as const;
  proxy.fault(events);
  // The stream that stands is of no use to it either.
  await cutStreams();
  since = watching.lines().length;
  proxy.calls.length = 0;
  const startedAt = Date.now();
  await expectKillHealed(sandbox, project.container, 6_000);
  await sleep(startedAt + 8_000 - Date.now());
  expect(calls(/\/events$/)).toBeGreaterThan(1);
  expect(calls(/\/events$/)).toBeLessThanOrEqual(8);
  expect(passes()).toBeLessThanOrEqual(30);
  expect(proxy.calls.length).toBeLessThan(250);
  expect(warnings()).toEqual([]);
  proxy.clear();
  await eventually(() => countOf(watching, "event stream broken", since) > 0);
  await expectKillHealed(sandbox, project.container, 6_000);
});

/** A stream that is open passes by all rules: with every call refused for a moment, a pass fails and all is opened anew. */
async function cutStreams(): Promise<void> {
  const before = watching.lines().length;
  proxy.fault({ match: () => true, action: { kind: "refuse" } });
  await eventually(() => countOf(watching, "host away", before) > 0 || calls(/./) > 20, undefined, 10_000);
  proxy.clear();
  proxy.fault({ match: { path: /\/events$/ }, action: { kind: "cut" } });
  await watching.line(({ msg }) => msg === "host back", before);
}

it("a Docker that refuses every call for 10 s is told once to be away and once to be back, and is healed", async () => {
  proxy.fault({ match: () => true, action: { kind: "refuse" } });
  await sandbox.docker.getContainer(project.container).remove({ force: true });
  await sandbox.docker.getVolume(project.volume).remove();
  await sleep(10_000);
  expect(proxy.calls.length).toBeLessThan(60);
  expect(warnings().map(({ msg }) => msg)).toEqual(["host away"]);
  proxy.clear();
  await watching.line(({ msg }) => msg === "host back", since);
  await eventually(() => isRunning(sandbox, project.container), undefined, 10_000);
  await watching.quiet();
  expect(warnings().map(({ msg }) => msg)).toEqual(["host away"]);
  expect(countOf(watching, "host back", since)).toBe(1);
  expect((await sandbox.call(["plan"])).stdout).toContain("No changes.");
});
