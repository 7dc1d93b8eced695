import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply } from "../seeding/seeded-template.js";
import { expectNoChanges, planJson, planLines } from "./read-plan.js";
import { projectYaml, type TemplateProject, writeTemplateProject } from "./template-project.js";

describe("a changed file", () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  beforeAll(async () => {
    sandbox = await createSandbox();
    project = await writeTemplateProject(sandbox, { lines: ["resources: { memory: 64MiB, cpus: 0.5 }"] });
    await apply(sandbox);
  });
  afterAll(() => sandbox.dispose());

  const container = () => sandbox.docker.getContainer(project.container);
  const address = () => `container.${project.container}`;
  const write = (lines: readonly string[], image = project.image) =>
    sandbox.writeConfig(projectYaml(sandbox, { [project.id]: { image, blob: project.blob, lines } }));

  it("changes memory in place", async () => {
    const before = await container().inspect();
    write(["resources: { memory: 96MiB, cpus: 0.5 }"]);
    const { changes } = await planJson(sandbox);
    expect(changes).toMatchObject([
      { action: "update", reasons: ["config-changed"], fields: [{ path: "resources.memory", line: 9 }] },
    ]);
    await apply(sandbox);
    const after = await container().inspect();
    expect(after.HostConfig.Memory).toBe(96 * 2 ** 20);
    expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
    await expectNoChanges(sandbox);
  });

  it("replaces the container to take a limit away", async () => {
    write(["resources: { memory: 96MiB }"]);
    expect(await planLines(sandbox)).toEqual([`replace ${address()} config-changed`]);
    await apply(sandbox);
    expect((await container().inspect()).HostConfig).toMatchObject({ Memory: 96 * 2 ** 20, NanoCpus: 0 });
    await expectNoChanges(sandbox);
  });

  it("replaces the container for its environment, with never less than one that serves", async () => {
    const old = await container().inspect();
    write(['env: { MODE: "new" }']);
    expect(await planLines(sandbox)).toEqual([`replace ${address()} config-changed`]);
    const { child, result } = sandbox.start(["apply", "--auto-approve"]);
    let isOver = false;
    void result.then(() => (isOver = true));
    while (!isOver && child.exitCode === null) {
      const running = await sandbox.docker.listContainers({
        filters: { label: [`warm.address=${address()}`], status: ["running"] },
      });
      expect(running.length).toBeGreaterThan(0);
    }
    expect(await result).toMatchObject({ code: 0 });
    const { Id, Config } = await container().inspect();
    expect(Config.Env).toContain("MODE=new");
    expect(Id).not.toBe(old.Id);
    await expect(sandbox.docker.getContainer(old.Id).inspect()).rejects.toMatchObject({ statusCode: 404 });
    await expectNoChanges(sandbox);
  });

  it("leaves the old container as it was when its successor does not become healthy", async () => {
    const old = await container().inspect();
    const image = await sandbox.image("neverHealthy");
    write(["health: { path: /, timeout: 1s }"], image);
    const failed = await sandbox.call(["apply", "--auto-approve"]);
    expect(failed, failed.stderr).toMatchObject({ code: 7 });
    expect(failed.stderr).toContain("never listening");
    const after = await container().inspect();
    expect([after.Id, after.State.StartedAt]).toEqual([old.Id, old.State.StartedAt]);
    const all = await sandbox.docker.listContainers({
      all: true,
      filters: { label: [`warm.address=${address()}`] },
    });
    expect(all).toHaveLength(1);
    write(['env: { MODE: "new" }']);
    await expectNoChanges(sandbox);
  });

  it("replaces for a secret only when the secret changed, and never shows it", async () => {
    write(["env: { TOKEN: { fromEnv: WARM_TEST_TOKEN } }"]);
    const withToken = (token: string) => ({ env: { WARM_TEST_TOKEN: token } });
    const [first, second] = ["s3cret-one", "s3cret-two"];
    const applied = await sandbox.call(["apply", "--auto-approve"], withToken(first));
    expect(applied.code, applied.stderr).toBe(0);
    expect((await container().inspect()).Config.Env).toContain(`TOKEN=${first}`);
    expect((await sandbox.call(["plan"], withToken(first))).stdout).toContain("No changes.");

    for (const format of ["text", "json"]) {
      const { stdout } = await sandbox.call(["plan", "--format", format], withToken(second));
      expect(stdout).toMatch(/config-changed|its configuration changed/);
      expect(stdout).toContain("(sensitive)");
      expect(stdout).not.toMatch(/s3cret/);
    }
    const labels = JSON.stringify((await container().inspect()).Config.Labels);
    expect(labels).not.toContain(first);
    const replaced = await sandbox.call(["apply", "--auto-approve"], withToken(second));
    expect(replaced.code).toBe(0);
    expect(replaced.stdout + replaced.stderr).not.toMatch(/s3cret/);
    expect((await container().inspect()).Config.Env).toContain(`TOKEN=${second}`);
  });
});
