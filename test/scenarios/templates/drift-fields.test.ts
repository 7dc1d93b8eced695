import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply } from "../seeding/seeded-template.js";
import { expectNoChanges, planJson, planLines } from "./read-plan.js";
import { type TemplateProject, writeTemplateProject } from "./template-project.js";

describe("a warm container", () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  beforeAll(async () => {
    sandbox = await createSandbox();
    const lines = ["resources: { memory: 64MiB, cpus: 0.5, pids: 64 }"];
    project = await writeTemplateProject(sandbox, { lines });
    await apply(sandbox);
  });
  afterAll(() => sandbox.dispose());

  const container = () => sandbox.docker.getContainer(project.container);
  const address = () => `container.${project.container}`;

  it("is started again after a stop, a kill and a pause, as the same container", async () => {
    const { Id } = await container().inspect();
    const damages = [() => container().stop(), () => container().kill(), () => container().pause()];
    for (const damage of damages) {
      await damage();
      expect(await planLines(sandbox)).toEqual([`start ${address()} drift-stopped`]);
      await apply(sandbox);
      const { State, Id: now } = await container().inspect();
      expect({ running: State.Running, paused: State.Paused, now }).toEqual({
        running: true,
        paused: false,
        now: Id,
      });
    }
    await expectNoChanges(sandbox);
  });

  it("gets its name back after a rename, without a restart", async () => {
    const before = await container().inspect();
    await container().rename({ name: `${project.container}-mine` });
    const { stdout } = await sandbox.call(["plan"]);
    expect(stdout).toMatch(new RegExp(`name +"${project.container}-mine" -> "${project.container}"`));
    await apply(sandbox);
    const after = await container().inspect();
    expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
    await expectNoChanges(sandbox);
  });

  it("that another one has taken the name of is a conflict, and the other one is left alone", async () => {
    await container().rename({ name: `${project.container}-mine` });
    const stranger = await sandbox.docker.createContainer({ name: project.container, Image: project.image });
    expect(await planLines(sandbox)).toEqual([`conflict ${address()} conflict-name`]);
    expect((await sandbox.call(["apply", "--auto-approve"])).code).toBe(6);
    expect((await container().inspect()).Id).toBe(stranger.id);
    await stranger.remove();
    await apply(sandbox);
    await expectNoChanges(sandbox);
  });

  it("has limits that were changed by hand put back without a restart, each named in the plan", async () => {
    const before = await container().inspect();
    const [memory, pids] = [32 * 2 ** 20, 32];
    await container().update({ Memory: memory, MemorySwap: memory, NanoCpus: 25e7, PidsLimit: pids });

    const { changes } = await planJson(sandbox);
    const field = (path: string, from: number, to: number) => {
      return { path, before: from, after: to, cause: "drift", effect: "update" };
    };
    expect(changes).toMatchObject([
      {
        address: address(),
        action: "update",
        reasons: ["drift-field"],
        fields: [
          field("resources.memory", memory, 64 * 2 ** 20),
          field("resources.cpus", 0.25, 0.5),
          field("resources.pids", pids, 64),
        ],
      },
    ]);
    const { stdout } = await sandbox.call(["plan"]);
    expect(stdout).toMatch(/resources\.memory +32 MiB -> 64 MiB/);
    expect(stdout).toMatch(/resources\.cpus +0\.25 -> 0\.5/);
    expect(stdout).toMatch(/resources\.pids +32 -> 64/);

    await apply(sandbox);
    const after = await container().inspect();
    expect(after.HostConfig).toMatchObject({ Memory: 64 * 2 ** 20, NanoCpus: 5e8, PidsLimit: 64 });
    expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
    await expectNoChanges(sandbox);
  });

  it("is told to be what it is by `explain` when one limit alone has drifted", async () => {
    await container().update({ PidsLimit: 40 });
    const { stdout, code } = await sandbox.call(["explain", address(), "--json"]);
    expect(code).toBe(0);
    const { status, fields } = JSON.parse(stdout);
    expect(status).toMatchObject({ sync: "out-of-sync", reasons: ["drift-field"] });
    expect(fields).toContainEqual(
      expect.objectContaining({ path: "resources.pids", desired: 64, lastApplied: 64, observed: 40 }),
    );
    await apply(sandbox);
  });

  it("is replaced when its tag names another image on the host", async () => {
    const before = await container().inspect();
    await sandbox.image("template", { version: "2", to: "load" });
    expect(await planLines(sandbox)).toEqual([`replace ${address()} image-moved`]);
    await apply(sandbox);
    const after = await container().inspect();
    expect(after.Image).not.toBe(before.Image);
    expect(after.Id).not.toBe(before.Id);
    await expectNoChanges(sandbox);
  });
});
