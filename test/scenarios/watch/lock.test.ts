import { afterEach, beforeAll, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { expectWarm, ownedNames } from "../seeding/seeded-template.js";
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
let project: TemplateProject;
let running: Watching[] = [];
beforeAll(async () => {
  sandbox = await createSandbox();
  project = await writeTemplateProject(sandbox, {}, ["interval: 1m", "flapping: { heals: 100 }"]);
  const watching = start();
  await watching.line(
    ({ msg, address }) => msg === "change applied" && address === `container.${project.container}`,
  );
  await watching.stop();
  return () => sandbox.dispose();
});
afterEach(async () => {
  await Promise.all(running.map((watching) => watching.stop()));
  running = [];
});

function start(args: readonly string[] = []): Watching {
  const watching = watch(sandbox, args);
  running.push(watching);
  return watching;
}

const locks = async () => (await ownedNames(sandbox)).filter((name) => name.startsWith("warm-lock-"));
const runs = () => isRunning(sandbox, project.container);

it("an apply beside a watcher that has work to do is refused, and told who is at work", async () => {
  const watching = start();
  await watching.quiet();
  await sandbox.call(["pause"]);
  await watching.line(({ msg }) => msg === "paused");
  await sandbox.docker.getContainer(project.container).kill();
  const { code, stdout, stderr } = await sandbox.call(["apply", "--auto-approve"]);
  expect(code, stderr).toBe(8);
  expect(stdout + stderr).toContain("warm watch");
  expect(await runs()).toBe(false);
  await sandbox.call(["resume"]);
  await eventually(runs);
});

it("a watcher that is told to end gives its lock back, and another that stood by takes it long before it would expire", async () => {
  const first = start();
  await first.quiet();
  const second = start(["--state-dir", ".second"]);
  await second.line(({ msg }) => msg === "standing by");
  await expectKillHealed(sandbox, project.container);
  const stoppedAt = Date.now();
  expect(await first.stop()).toMatchObject({ code: 0 });
  await second.line(({ msg }) => msg === "lock taken");
  expect(Date.now() - stoppedAt).toBeLessThan(15_000);
  await second.quiet();
  await expectKillHealed(sandbox, project.container);
  await second.quiet();
  expect(told(second.lines()).map(({ msg }) => msg)).toEqual([
    "watching",
    "standing by",
    "lock taken",
    "resource healed",
  ]);
  expect(await second.stop()).toMatchObject({ code: 0 });
  expect(await locks()).toEqual([]);
});

it("`warm resume` reaches the watcher that is at work, whoever stands by beside it", async () => {
  const first = start();
  await first.quiet();
  const second = start();
  await second.line(({ msg }) => msg === "standing by");
  for (const nth of [1, 2, 3]) {
    await sandbox.call(["resume"]);
    await eventually(
      () => countOf(first, "resumed") === nth,
      () => `it was taken by another:\n${second.warm.output.stderr}`,
      4_000,
    );
  }
});

it("a file that names another project is not applied under the lock of the old one", async () => {
  const watching = start();
  await watching.quiet();
  const other = `${sandbox.project}two`;
  const since = watching.lines().length;
  sandbox.writeConfig(
    project.yaml.replace(
      `project: ${sandbox.project}\nprefix: ${sandbox.prefix}\nnetwork: ${sandbox.network}`,
      `project: ${other}\nprefix: ${other}\nnetwork: ${other}`,
    ),
  );
  await watching.line(({ msg }) => /config loaded|config invalid/.test(msg), since);
  await watching.quiet();
  const filters = { label: [`warm.project=${other}`] };
  const found = await sandbox.docker.listContainers({ all: true, filters });
  const names = found.map(({ Names }) => Names[0]?.slice(1) ?? "").sort();
  await watching.stop();
  await sandbox.call(["destroy", "--auto-approve"]);
  sandbox.writeConfig(project.yaml);
  // Nothing was made for it, or its own lock was held meanwhile.
  if (names.length > 0) expect(names).toContain(`warm-lock-${other}`);
});

it("a watcher whose lock is broken takes it again and goes on", async () => {
  const watching = start();
  await watching.quiet();
  const since = watching.lines().length;
  expect(await sandbox.call(["lock", "break", "--force"])).toMatchObject({ code: 0 });
  await expectKillHealed(sandbox, project.container, 3_000);
  await watching.quiet();
  expect(await locks()).toHaveLength(1);
  expect(countOf(watching, "resource healed", since)).toBe(1);
  const loud = told(watching.lines().slice(since)).filter(({ level }) => level !== "info");
  expect(loud).toEqual([]);
});

it("a watcher whose lock is broken while it has nothing to do has it again at one of its next rounds", async () => {
  sandbox.writeConfig(project.yaml.replace("interval: 1m", "interval: 2s"));
  const watching = start();
  await watching.quiet();
  await sandbox.call(["lock", "break", "--force"]);
  await eventually(async () => (await locks()).length === 1, undefined, 13_000);
  sandbox.writeConfig(project.yaml);
});

it("a watcher that is told to end during a wait for health leaves nothing half made behind", async () => {
  const sick = await sandbox.image("neverHealthy");
  const id = sandbox.templateId("ill");
  const lines = [`  ${id}:`, `    image: ${sick}`, `    blob: ${project.blob}`];
  sandbox.writeConfig(`${project.yaml}${lines.join("\n")}\n`);
  const watching = start(["--grace", "2s"]);
  const container = `${sandbox.prefix}-template-${id.replaceAll("-", "")}`;
  await eventually(() => isRunning(sandbox, container));
  const stoppedAt = Date.now();
  const { code, stderr } = await watching.stop();
  expect(code, stderr).toBe(0);
  expect(Date.now() - stoppedAt).toBeLessThan(4_500);
  expect(await locks()).toEqual([]);
  expect((await sandbox.call(["plan"])).stdout).toContain("Plan: 1 to create, 0 to replace, 0 to delete");
  expect(await ownedNames(sandbox)).not.toContain(container);
  sandbox.writeConfig(project.yaml);
  const { code: applied } = await sandbox.call(["apply", "--auto-approve"]);
  expect(applied).toBe(0);
  await expectWarm(sandbox, project);
});
