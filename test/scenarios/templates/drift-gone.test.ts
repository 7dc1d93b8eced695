import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply, expectWarm, shellIn } from "../seeding/seeded-template.js";
import { expectNoChanges, planLines } from "./read-plan.js";
import { type TemplateProject, writeTemplateProject } from "./template-project.js";

describe("on a warm host", () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  beforeAll(async () => {
    sandbox = await createSandbox();
    project = await writeTemplateProject(sandbox);
    await apply(sandbox);
  });
  afterAll(() => sandbox.dispose());

  const container = () => sandbox.docker.getContainer(project.container);

  it("a container that is gone is made again, on the volume that is there", async () => {
    const { CreatedAt } = (await sandbox.docker.getVolume(project.volume).inspect()) as {
      CreatedAt?: string;
    };
    await container().remove({ force: true });
    expect(await planLines(sandbox)).toEqual([`create container.${project.container} missing`]);
    await apply(sandbox);
    expect(await sandbox.docker.getVolume(project.volume).inspect()).toMatchObject({ CreatedAt });
    await expectWarm(sandbox, project);
  });

  it("a volume that is gone is seeded again before the container that lost it is replaced", async () => {
    // Docker removes no volume that is mounted: what stands without it was put there by hand.
    const { Config } = await container().inspect();
    await container().remove({ force: true });
    await sandbox.docker.getVolume(project.volume).remove();
    const { id } = await sandbox.docker.createContainer({
      name: project.container,
      Image: Config.Image,
      Labels: Config.Labels,
      HostConfig: { NetworkMode: project.network },
    });
    await sandbox.docker.getContainer(id).start();
    expect(await planLines(sandbox)).toEqual([
      `create volume.${project.volume} missing`,
      expect.stringMatching(`^replace container.${project.container} .*parent-replaced`),
    ]);
    await apply(sandbox);
    const check = "cd /workspace/cyanprint && sha256sum -c manifest.sha256";
    expect(await shellIn(sandbox, project.container, check)).toMatchObject({ code: 0 });
    await expectNoChanges(sandbox);
  });

  it("a network that is gone is made again, and its running container is on it as before", async () => {
    const { Id } = await container().inspect();
    const network = sandbox.docker.getNetwork(project.network);
    await network.disconnect({ Container: Id, Force: true });
    await network.remove();
    expect(await planLines(sandbox)).toEqual([
      `create network.${project.network} missing`,
      `update container.${project.container} drift-field`,
    ]);
    await apply(sandbox);
    await expectReachable(Id);
  });

  it("a network that is gone is made again for a stopped container, which then runs on it", async () => {
    const { Id } = await container().inspect();
    await container().stop();
    await sandbox.docker.getNetwork(project.network).remove();
    expect(await planLines(sandbox)).toEqual([
      `create network.${project.network} missing`,
      `update container.${project.container} drift-field drift-stopped`,
    ]);
    await apply(sandbox);
    await expectReachable(Id);
  });

  it("a container that was put on a network while that went is taken off it, and runs", async () => {
    const { Id } = await container().inspect();
    await container().stop();
    const lost = "0123456789abcdef".repeat(4);
    await sandbox.docker.getNetwork(lost).connect({ Container: Id });
    expect(await planLines(sandbox)).toEqual([
      `update container.${project.container} drift-field drift-stopped`,
    ]);
    await apply(sandbox);
    expect(Object.keys((await container().inspect()).NetworkSettings.Networks)).toEqual([project.network]);
    await expectReachable(Id);
  });

  it("a container that was taken off its network is put back on it", async () => {
    const { Id } = await container().inspect();
    await sandbox.docker.getNetwork(project.network).disconnect({ Container: Id, Force: true });
    expect(await planLines(sandbox)).toEqual([`update container.${project.container} drift-field`]);
    await apply(sandbox);
    await expectReachable(Id);
  });

  /** The container is the one it was, and others find it by its name. */
  async function expectReachable(id: string): Promise<void> {
    expect((await container().inspect()).Id).toBe(id);
    const { output } = await shellIn(
      sandbox,
      project.container,
      `wget -q -O - http://${project.container}:5550/`,
    );
    expect(output).toContain("template 1");
    await expectNoChanges(sandbox);
  }
});
