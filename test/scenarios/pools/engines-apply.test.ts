import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply } from "../seeding/seeded-template.js";
import { expectNoChanges, planLines } from "../templates/read-plan.js";
import { type EngineProject, listEngines, type PoolSettings, writeEngineProject } from "./engine-project.js";

let sandbox: Sandbox;
let project: EngineProject;
beforeAll(async () => {
  sandbox = await createSandbox();
  project = await writeEngineProject(sandbox);
});
beforeEach(async () => {
  for (const { id } of await listEngines(sandbox))
    await sandbox.docker.getContainer(id).remove({ force: true });
});
afterAll(() => sandbox.dispose());

const save = (settings: PoolSettings = {}) =>
  writeEngineProject(sandbox, { image: project.image, ...settings });
const names = async () => (await listEngines(sandbox)).map(({ name }) => name);
const ids = async () => (await listEngines(sandbox)).map(({ id }) => id);

it("an apply is done once every engine has passed its ready check", async () => {
  const image = await sandbox.image("engine", { startSeconds: 1, tag: "late", to: "both" });
  await save({ image, size: 2 });
  await apply(sandbox);
  for (const { id } of await listEngines(sandbox)) {
    const logs = await sandbox.docker.getContainer(id).logs({ stdout: true });
    expect(logs.toString()).toContain("Game server connected");
  }
  await expectNoChanges(sandbox);
});

it("an engine that prints its environment before it ends tells no secret of it", async () => {
  const command = 'command: [/bin/sh, -c, "env; exit 3"]';
  await save({ size: 1, lines: [command, "env: { TOKEN: { fromEnv: TOKEN } }"] });
  const env = { TOKEN: "hunter2-of-the-pool" };
  const { code, stdout, stderr } = await sandbox.call(["apply", "--auto-approve"], { env });
  expect(code).toBe(7);
  expect(stdout + stderr).toContain("ended with exit code 3 before it was ready");
  expect(stdout + stderr).toContain("TOKEN=");
  expect(stdout + stderr).not.toContain(env.TOKEN);
});

it("memory that was lowered by hand is put right in place", async () => {
  await save({ size: 1, lines: ["resources: { memory: 96MiB }"] });
  await apply(sandbox);
  const before = await ids();
  const container = sandbox.docker.getContainer(project.nameOf(1));
  await container.update({ Memory: 64 * 2 ** 20, MemorySwap: 64 * 2 ** 20 });
  expect(await planLines(sandbox)).toEqual([`update ${project.addressOf(1)} drift-field`]);
  await apply(sandbox);
  const { HostConfig } = await container.inspect();
  expect([HostConfig.Memory, HostConfig.MemorySwap]).toEqual([96 * 2 ** 20, 96 * 2 ** 20]);
  expect(await ids()).toEqual(before);
  await expectNoChanges(sandbox);
});

describe("a stranger's container with the name of a slot", () => {
  afterEach(() => sandbox.docker.getContainer(project.nameOf(2)).remove({ force: true }));

  it("is left alone, and the pool is whole without that slot", async () => {
    const stranger = await sandbox.docker.createContainer({ Image: project.image, name: project.nameOf(2) });
    await save({ size: 2 });
    await apply(sandbox);
    expect(await names()).toEqual([1, 2, 3].map(project.nameOf));
    expect((await stranger.inspect()).State.Status).toBe("created");
    await expectNoChanges(sandbox);
    const { code, stderr } = await sandbox.call(["destroy", "--auto-approve"]);
    expect(code, stderr).toBe(0);
    expect(await ids()).toEqual([stranger.id]);
  });
});

describe("a pool that leaves the file", () => {
  const leave = (...more: readonly string[]) => {
    const { project: name, prefix, network } = sandbox;
    const lines = ["version: 1", `project: ${name}`, `prefix: ${prefix}`, `network: ${network}`, ...more];
    sandbox.writeConfig(`${lines.join("\n")}\n`);
  };

  it("goes with all of its engines", async () => {
    await save({ size: 2 });
    await apply(sandbox);
    leave();
    expect(await planLines(sandbox)).toEqual(
      [1, 2].map((slot) => `delete ${project.addressOf(slot)} orphaned`),
    );
    await apply(sandbox);
    expect(await names()).toEqual([]);
    await expectNoChanges(sandbox);
  });

  it("stays under `prune: none`", async () => {
    await save({ size: 2 });
    await apply(sandbox);
    const before = await ids();
    leave("prune: none");
    await expectNoChanges(sandbox);
    expect(await ids()).toEqual(before);
  });
});
