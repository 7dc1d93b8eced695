import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply } from "../seeding/seeded-template.js";
import { expectNoChanges } from "../templates/read-plan.js";
import { eventually } from "../watch/watched-project.js";
import { type EngineProject, listEngines, type PoolSettings, writeEngineProject } from "./engine-project.js";

let sandbox: Sandbox;
let project: EngineProject;
beforeAll(async () => {
  sandbox = await createSandbox();
  project = await writeEngineProject(sandbox, { size: 2 });
});
beforeEach(async () => {
  for (const { id } of await listEngines(sandbox))
    await sandbox.docker.getContainer(id).remove({ force: true });
});
afterAll(() => sandbox.dispose());

const save = (settings: PoolSettings) =>
  writeEngineProject(sandbox, { image: project.image, size: 2, ...settings });

/** Saved with these settings and applied. */
async function make(settings: PoolSettings = {}): Promise<void> {
  await save(settings);
  await apply(sandbox);
}

/** What `warm plan` prints below its headline, with names that are the same in each run. */
async function planText(): Promise<string> {
  const { code, stdout, stderr } = await sandbox.call(["plan"]);
  expect(code, stderr).toBe(0);
  const text = stdout.slice(stdout.indexOf("\n\n") + 2);
  return text
    .replaceAll(sandbox.registry.host, "registry")
    .replaceAll(sandbox.id, "box")
    .replace(/"[0-9a-f]{12}"/g, '"an image ID"')
    .replace(/(\S) {3,}/g, "$1  ")
    .replace(/\bpulls .*/, "pulls some bytes")
    .trimEnd();
}

describe("the plan of a pool shows engines that are", () => {
  it("missing", async () => {
    expect(await planText()).toMatchInlineSnapshot(`
      "  + network.box-net  create: does not exist
        + engine.game/1  create: does not exist
        + engine.game/2  create: does not exist

      Plan: 3 to create, 0 to replace, 0 to delete, 1 unchanged."
    `);
  });

  it("surplus", async () => {
    await make();
    await save({ size: 1 });
    expect(await planText()).toMatchInlineSnapshot(`
      "  - engine.game/2  delete: more engines than needed

      Plan: 0 to create, 0 to replace, 1 to delete, 3 unchanged."
    `);
  });

  it("of another image", async () => {
    await make();
    await save({ image: await sandbox.image("engine", { version: "2", tag: "2" }) });
    expect(await planText()).toMatchInlineSnapshot(`
      "  + image.registry/box/engine:2  pull: not on the host
        ± engine.game/1  replace: its configuration changed (by engine.game/3, ready first)
            image  "registry/box/engine:1" -> "registry/box/engine:2"  forces replacement, changed in warm.yaml:7
        ± engine.game/2  replace: its configuration changed (by engine.game/4, ready first)
            image  "registry/box/engine:1" -> "registry/box/engine:2"  forces replacement, changed in warm.yaml:7

      Expected:
        pulls some bytes

      Plan: 1 to create, 2 to replace, 0 to delete, 1 unchanged."
    `);
  });

  it("of another image under the same tag", async () => {
    const moved = { tag: "moved", to: "load" } as const;
    const image = await sandbox.image("engine", { ...moved, version: "moving" });
    await make({ image, size: 1 });
    await sandbox.image("engine", { ...moved, version: "2" });
    expect(await planText()).toMatchInlineSnapshot(`
      "  ± engine.game/1  replace: its image tag names another image now (by engine.game/2, ready first)
            image  "an image ID" -> "an image ID"  forces replacement, the tag moved

      Plan: 0 to create, 1 to replace, 0 to delete, 2 unchanged."
    `);
  });

  it("of another environment", async () => {
    await make({ lines: ["env: { WORLD: midgard }"] });
    await save({ lines: ["env: { WORLD: asgard, MODS: none }"] });
    expect(await planText()).toMatchInlineSnapshot(`
      "  ± engine.game/1  replace: its configuration changed (by engine.game/3, ready first)
            env.MODS  (not set) -> "none"  forces replacement, changed in warm.yaml:10
            env.WORLD  "midgard" -> "asgard"  forces replacement, changed in warm.yaml:10
        ± engine.game/2  replace: its configuration changed (by engine.game/4, ready first)
            env.MODS  (not set) -> "none"  forces replacement, changed in warm.yaml:10
            env.WORLD  "midgard" -> "asgard"  forces replacement, changed in warm.yaml:10

      Plan: 0 to create, 2 to replace, 0 to delete, 2 unchanged."
    `);
  });

  it("of another command", async () => {
    await make();
    await save({ lines: ["command: [/bin/sh, /rig/run]"] });
    expect(await planText()).toMatchInlineSnapshot(`
      "  ± engine.game/1  replace: its configuration changed (by engine.game/3, ready first)
            command  (not set) -> "/bin/sh /rig/run"  forces replacement, changed in warm.yaml:10
        ± engine.game/2  replace: its configuration changed (by engine.game/4, ready first)
            command  (not set) -> "/bin/sh /rig/run"  forces replacement, changed in warm.yaml:10

      Plan: 0 to create, 2 to replace, 0 to delete, 2 unchanged."
    `);
  });

  it("too old", async () => {
    await make();
    await save({ lines: ["ttl: 1s"] });
    // However fast they were made.
    await delay(1_000);
    expect(await planText()).toMatchInlineSnapshot(`
      "  ± engine.game/1  replace: older than its time to live (by engine.game/3, ready first)
        ± engine.game/2  replace: older than its time to live (by engine.game/4, ready first)

      Plan: 0 to create, 2 to replace, 0 to delete, 2 unchanged."
    `);
  });

  it("dead", async () => {
    await make();
    await sandbox.docker.getContainer(project.nameOf(2)).kill();
    expect(await planText()).toMatchInlineSnapshot(`
      "  ± engine.game/2  replace: failed

      Plan: 0 to create, 1 to replace, 0 to delete, 3 unchanged."
    `);
  });

  it("sick by Docker's own check", async () => {
    const image = await sandbox.image("engine", { healthcheck: true, tag: "checked", to: "both" });
    await make({ image, size: 1 });
    const [{ id = "" } = {}] = await listEngines(sandbox);
    const container = sandbox.docker.getContainer(id);
    const exec = await container.exec({ Cmd: ["/bin/busybox", "killall", "httpd"] });
    await exec.start({});
    await eventually(async () => (await container.inspect()).State.Health?.Status === "unhealthy");
    expect(await planText()).toMatchInlineSnapshot(`
      "  ± engine.game/1  replace: runs but is not healthy

      Plan: 0 to create, 1 to replace, 0 to delete, 2 unchanged."
    `);
  });
});

it("of a pool that is as it should be nothing is planned, whatever it is asked for", async () => {
  await make();
  await expectNoChanges(sandbox);
  const before = await listEngines(sandbox);
  expect((await sandbox.call(["plan", "--detailed-exitcode"])).code).toBe(0);
  expect(await apply(sandbox)).toContain("No changes.");
  expect(await listEngines(sandbox)).toEqual(before);
});
