import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply, pruneContainers } from "../seeding/seeded-template.js";
import { applyHeldAt, warmHeldAt } from "../templates/proxied-apply.js";
import { expectNoChanges } from "../templates/read-plan.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";

describe("the lock of a project", () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  beforeEach(async () => {
    sandbox = await createSandbox();
    const [image, blob] = [
      await sandbox.image("template", { to: "both" }),
      await sandbox.image("blob", { to: "both" }),
    ];
    project = await writeTemplateProject(sandbox, { image, blob });
  });
  afterEach(() => sandbox.dispose());

  const creation = () => {
    return { method: "POST", path: /\/containers\/create$/, query: `name=${project.container}` };
  };
  const lockName = () => `warm-lock-${sandbox.project}`;

  /** Names of the containers of our template and of the lock, as they are now. */
  async function containerNames(): Promise<string[]> {
    const filters = { label: [`warm.project=${sandbox.project}`] };
    const containers = await sandbox.docker.listContainers({ all: true, filters });
    return containers.map(({ Names }) => (Names[0] ?? "").slice(1)).sort();
  }

  it("lets one of two applies wait for the other, and neither makes anything twice", async () => {
    await apply(sandbox);
    for (let round = 1; round <= 5; round += 1) {
      await sandbox.docker.getContainer(project.container).remove({ force: true });
      const both = [1, 2].map(() => sandbox.warm(["apply", "--auto-approve", "--lock-timeout", "60s"]));
      const results = await Promise.all(both);
      for (const { code, stdout, stderr } of results) expect(code, stdout + stderr).toBe(0);
      const said = results.map(({ stdout }) => /Applied: 1 done|No changes/.exec(stdout)?.[0]).sort();
      expect(said).toEqual(["Applied: 1 done", "No changes"]);
      expect(await containerNames()).toEqual([project.container]);
    }
    await expectNoChanges(sandbox);
  }, 120_000); // ten processes, which a busy machine starts slowly

  it("that is held refuses a second apply and names the holder, as `lock status` does", async () => {
    const args = ["apply", "--auto-approve", "--reason", "release 42"];
    const first = await warmHeldAt(sandbox, args, creation(), async ({ child }) => {
      const second = await sandbox.warm(["apply", "--auto-approve"]);
      expect(second.code).toBe(8);
      expect(second.stderr).toContain(`(pid ${child.pid})`);

      const { stdout } = await sandbox.call(["lock", "status"]);
      for (const part of [`(pid ${child.pid})`, "warm apply", "release 42", "since", "until"])
        expect(stdout).toContain(part);
      const { locked, holder } = JSON.parse((await sandbox.call(["lock", "status", "--json"])).stdout);
      expect(locked).toBe(true);
      expect(Date.parse(holder.expiresAt)).toBeGreaterThan(Date.parse(holder.since));
      // Looking needs no lock.
      expect((await sandbox.call(["plan"])).code).toBe(0);
    });
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect((await sandbox.call(["lock", "status"])).stdout).toContain("is not locked");
  });

  it("of a killed holder is broken on request, by force only while it has not expired", async () => {
    await applyHeldAt(sandbox, creation(), async ({ child, result }) => {
      child.kill("SIGKILL");
      await result;
    });
    const refused = await sandbox.warm(["lock", "break"]);
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining("has not expired") });
    expect((await sandbox.warm(["lock", "break", "--force"])).code).toBe(0);
    await apply(sandbox);
    await expectNoChanges(sandbox);
  });

  it("that is pruned away stops its holder before it meets the next one", async () => {
    const first = await applyHeldAt(sandbox, creation(), async () => {
      await pruneContainers(sandbox);
      await apply(sandbox);
    });
    const made = await sandbox.docker.getContainer(project.container).inspect();
    expect(first.code, first.stdout + first.stderr).toBe(6);
    expect(made.State.Running).toBe(true);
    expect(await containerNames()).toEqual([project.container]);
    await expectNoChanges(sandbox);
  });

  it("that is pruned away lets its holder start nothing more", async () => {
    const seeder = { ...creation(), query: `name=${project.seeder}` };
    const first = await applyHeldAt(sandbox, seeder, () => pruneContainers(sandbox));
    expect(first.code).toBe(6);
    expect(first.stderr).toMatch(/lock of project \S+ was broken/);
    expect(await containerNames()).toEqual([]);
    await apply(sandbox);
  });

  it("is given back after success, after a failure and after an interrupt", async () => {
    await apply(sandbox);
    expect(await containerNames()).toEqual([project.container]);

    const failing = await sandbox.image("exitsAtOnce", { to: "both" });
    sandbox.writeConfig(project.yaml.replace(project.image, failing));
    expect((await sandbox.warm(["apply", "--auto-approve"])).code).toBe(7);
    expect(await containerNames()).toEqual([project.container]);

    sandbox.writeConfig(project.yaml);
    await sandbox.docker.getContainer(project.container).remove({ force: true });
    const interrupted = await applyHeldAt(sandbox, creation(), async ({ child }) => {
      child.kill("SIGINT");
    });
    expect(interrupted.code).toBe(130);
    expect(await containerNames()).toEqual([project.container]);
  });

  it("whose name a foreign container has stops apply with an error that names it", async () => {
    const stranger = await sandbox.docker.createContainer({ name: lockName(), Image: project.image });
    const { code, stderr } = await sandbox.warm(["apply", "--auto-approve"]);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(lockName()) });
    expect((await sandbox.warm(["lock", "break", "--force"])).code).toBe(1);
    expect((await sandbox.docker.getContainer(lockName()).inspect()).Id).toBe(stranger.id);
    await stranger.remove();
  });

  it("is no longer waited for after an interrupt", async () => {
    await applyHeldAt(sandbox, creation(), async () => {
      const waiting = sandbox.start(["apply", "--auto-approve", "--lock-timeout", "5m"]);
      await expect.poll(() => waiting.output.stderr, { timeout: 10_000 }).toContain("waiting for");
      waiting.child.kill("SIGINT");
      expect(await waiting.result).toMatchObject({ code: 130 });
    });
  });
});
