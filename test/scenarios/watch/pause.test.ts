import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply } from "../seeding/seeded-template.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { countOf, eventually, isRunning, readStatus, told, type Watching, watch } from "./watched-project.js";

let sandbox: Sandbox;
let project: TemplateProject;
let watching: Watching | undefined;
beforeAll(async () => {
  sandbox = await createSandbox();
  project = await writeTemplateProject(sandbox, {}, ["interval: 1m", "flapping: { heals: 100 }"]);
  await apply(sandbox);
});
afterEach(() => watching?.stop());
afterAll(() => sandbox.dispose());

const kill = () => sandbox.docker.getContainer(project.container).kill();
const runs = () => isRunning(sandbox, project.container);

it("a pause for 3 s leaves damage alone for as long, and no longer", async () => {
  watching = watch(sandbox);
  await watching.quiet();
  const pausedAt = Date.now();
  await sandbox.call(["pause", "--for", "3s", "--reason", "moving house"]);
  const paused = await watching.line(({ msg }) => msg === "paused");
  expect(paused).toMatchObject({ level: "warn", reason: "moving house" });
  await eventually(() => readStatus(sandbox).state === "paused");
  await kill();
  await watching.line(({ msg }) => msg === "resource out of sync");
  expect(await runs()).toBe(false);
  await sleep(pausedAt + 2_500 - Date.now());
  expect(await runs()).toBe(false);
  await eventually(runs, undefined, 3_000);
  await watching.quiet();
  const expected = ["watching", "paused", "resource out of sync", "pause over", "resource healed"];
  expect(told(watching.lines()).map(({ msg }) => msg)).toEqual(expected);
  await eventually(() => readStatus(sandbox).state === "running");
});

it("a pause from before the start holds too, until `warm resume`", async () => {
  await sandbox.call(["pause", "--reason", "exam"]);
  await kill();
  watching = watch(sandbox);
  await watching.line(({ msg }) => msg === "resource out of sync" || msg === "pass done");
  await sleep(500);
  expect(await runs()).toBe(false);
  expect(countOf(watching, "paused")).toBe(1);
  const resumed = await sandbox.call(["resume"]);
  expect(resumed).toMatchObject({ code: 0 });
  await eventually(runs, undefined, 3_000);
  await watching.quiet();
  expect(countOf(watching, "resumed")).toBe(1);
  expect(countOf(watching, "pause over")).toBe(1);
});

it("a pause outlives the watcher, which a new one says", async () => {
  await sandbox.call(["pause"]);
  watching = watch(sandbox);
  await watching.line(({ msg }) => msg === "paused");
  await watching.stop();
  watching = watch(sandbox);
  await watching.line(({ msg }) => msg === "paused");
  await sandbox.call(["resume"]);
  await watching.line(({ msg }) => msg === "pause over");
});

it.each([
  ["a time that is none", { since: "", reason: "", who: "", until: "soon" }],
  ["no time at all", { since: "", reason: "", who: "", until: null }],
  ["parts of other types", { since: 7, reason: [], who: {}, until: 12 }],
])("a broken pause file with %s keeps no processor busy and ends with `warm resume`", async (_, pause) => {
  const state = join(sandbox.dir, ".warm");
  mkdirSync(state, { recursive: true });
  writeFileSync(join(state, "pause.json"), JSON.stringify(pause));
  watching = watch(sandbox);
  await watching.line(({ msg }) => msg === "pass done");
  await sleep(500);
  const before = cpuMs(watching.warm.child.pid ?? 0);
  const passes = countOf(watching, "pass done");
  await sleep(2_000);
  expect(cpuMs(watching.warm.child.pid ?? 0) - before).toBeLessThan(100);
  expect(countOf(watching, "pass done") - passes).toBeLessThanOrEqual(1);
  await sandbox.call(["resume"]);
  await watching.line(({ msg }) => msg === "resumed");
  expect((await watching.stop()).code).toBe(0);
});

/** Of a process, so far; Linux counts hundredths of a second. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
