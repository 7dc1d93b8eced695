import { afterAll, beforeAll, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply } from "../seeding/seeded-template.js";
import { expectNoChanges, planLines } from "../templates/read-plan.js";
import { type EngineProject, listEngines, writeEngineProject } from "./engine-project.js";

let sandbox: Sandbox;
let project: EngineProject;
beforeAll(async () => {
  sandbox = await createSandbox();
  project = await writeEngineProject(sandbox);
});
afterAll(() => sandbox.dispose());

const names = async () => (await listEngines(sandbox)).map(({ name }) => name);
const slots = (...numbers: readonly number[]) => numbers.map(project.nameOf);

it("a pool of three is planned engine by engine, made, and then as it should be", async () => {
  const lines = await planLines(sandbox);
  expect(lines.filter((line) => line.includes("engine."))).toEqual(
    [1, 2, 3].map((slot) => `create ${project.addressOf(slot)} missing`),
  );
  await apply(sandbox);
  expect(await names()).toEqual(slots(1, 2, 3));
  await expectNoChanges(sandbox);
  const { stdout } = await sandbox.warm(["plan"]);
  expect(stdout).toContain("No changes.");
});

it("an engine that was killed is replaced, and the others stay", async () => {
  const before = await listEngines(sandbox);
  await sandbox.docker.getContainer(project.nameOf(2)).kill();
  await apply(sandbox);
  const after = await listEngines(sandbox);
  expect(after.map(({ state }) => state)).toEqual(["running", "running", "running"]);
  const kept = after.filter(({ id }) => before.some((engine) => engine.id === id));
  expect(kept.map(({ name }) => name)).toEqual(slots(1, 3));
  await expectNoChanges(sandbox);
});

it("an engine that is removed is made again in its place", async () => {
  await sandbox.docker.getContainer(project.nameOf(3)).remove({ force: true });
  await apply(sandbox);
  expect(await names()).toEqual(slots(1, 2, 3));
});

it("a smaller size takes what is too much away", async () => {
  await writeEngineProject(sandbox, { image: project.image, size: 1 });
  expect(await planLines(sandbox)).toEqual([
    expect.stringMatching(/^delete engine\.game\/\d surplus$/),
    expect.stringMatching(/^delete engine\.game\/\d surplus$/),
  ]);
  await apply(sandbox);
  expect(await names()).toHaveLength(1);
  await expectNoChanges(sandbox);
});

it("a pool that never becomes ready is told with its last lines, and nothing of it is left", async () => {
  const image = await sandbox.image("engine", { startSeconds: 60, tag: "slow", to: "both" });
  const ready = '{ log: "Game server connected", timeout: 1s }';
  await writeEngineProject(sandbox, { image, size: 1, ready, pool: "slow" });
  const { code, stdout, stderr } = await sandbox.warm(["apply", "--auto-approve"]);
  expect(code, stdout + stderr).toBe(7);
  expect(stdout + stderr).toContain(
    "is not ready after 1 s: no line with `Game server connected` in its log",
  );
  expect(stdout + stderr).toContain("Game server starting");
  expect((await names()).filter((name) => name.includes("slow"))).toEqual([]);
});

it("all of them go with the project", async () => {
  await writeEngineProject(sandbox, { image: project.image, size: 2 });
  await apply(sandbox);
  const { code, stdout, stderr } = await sandbox.warm(["destroy", "--auto-approve"]);
  expect(code, stdout + stderr).toBe(0);
  expect(await names()).toEqual([]);
});
