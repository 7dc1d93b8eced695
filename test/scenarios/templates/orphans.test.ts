import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply, ownedNames, proofTags, shellIn } from "../seeding/seeded-template.js";
import { expectNoChanges, planLines } from "./read-plan.js";
import { projectYaml, type TemplateProject, writeTemplateProject } from "./template-project.js";

describe("what is no longer in the file", () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  beforeAll(async () => {
    sandbox = await createSandbox();
    project = await writeTemplateProject(sandbox);
    await apply(sandbox);
  });
  afterAll(() => sandbox.dispose());

  it("of a renamed network is removed after its containers have moved, without a restart", async () => {
    const container = sandbox.docker.getContainer(project.container);
    const before = await container.inspect();
    const renamed = `${project.network}-2`;
    sandbox.writeConfig(project.yaml.replace(`network: ${project.network}`, `network: ${renamed}`));
    expect(await planLines(sandbox)).toEqual([
      `create network.${renamed} missing`,
      `update container.${project.container} config-changed`,
      `delete network.${project.network} orphaned`,
    ]);
    await apply(sandbox);
    const after = await container.inspect();
    expect(Object.keys(after.NetworkSettings.Networks)).toEqual([renamed]);
    expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
    await expect(sandbox.docker.getNetwork(project.network).inspect()).rejects.toMatchObject({
      statusCode: 404,
    });
    const { output } = await shellIn(
      sandbox,
      project.container,
      `wget -qO- http://${project.container}:5550/`,
    );
    expect(output).toContain("template 1");
    await expectNoChanges(sandbox);
    sandbox.writeConfig(project.yaml);
    await apply(sandbox);
  });

  it("of a template stays under `prune: none`, and goes with its proof under `prune: safe`", async () => {
    const only = (prune: string) =>
      `${projectYaml(sandbox, {}, [`prune: ${prune}`]).replace("templates:", "templates: {}")}`;
    sandbox.writeConfig(only("none"));
    await expectNoChanges(sandbox);
    expect(await ownedNames(sandbox)).toEqual([project.volume, project.container].sort());

    sandbox.writeConfig(only("safe"));
    expect(await planLines(sandbox)).toEqual([
      `delete container.${project.container} orphaned`,
      `delete volume.${project.volume} orphaned`,
    ]);
    await apply(sandbox);
    expect(await ownedNames(sandbox)).toEqual([]);
    expect(await proofTags(sandbox, project)).toEqual([]);
    const images = await sandbox.docker.listImages();
    expect(images.flatMap(({ RepoTags }) => RepoTags ?? [])).toContain(project.image);
    await expectNoChanges(sandbox);
  });
});
