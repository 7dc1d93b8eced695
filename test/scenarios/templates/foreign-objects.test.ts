import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply, ownedNames, proofTags } from "../seeding/seeded-template.js";
import { warmHeldAt } from "./proxied-apply.js";
import { expectNoChanges, planLines } from "./read-plan.js";
import { projectYaml, type TemplateProject, writeTemplateProject } from "./template-project.js";

describe("among objects that warm did not make", () => {
  let sandbox: Sandbox;
  let neighbour: Sandbox;
  let project: TemplateProject;
  let theirs: TemplateProject;
  let session: string;
  let stopped: string;
  beforeAll(async () => {
    [sandbox, neighbour] = await Promise.all([createSandbox(), createSandbox()]);
    project = await writeTemplateProject(sandbox);
    theirs = await writeTemplateProject(neighbour);
    await Promise.all([apply(sandbox), apply(neighbour)]);
    session = `${project.volume}-session1`;
    stopped = `${sandbox.prefix}-template-someone`;
    await sandbox.docker.createVolume({ Name: session, Labels: { "cyanprint.dev": "true" } });
    await sandbox.docker.createContainer({
      name: stopped,
      Image: project.image,
      Labels: { "cyanprint.dev": "true" },
    });
  });
  afterAll(() => Promise.all([sandbox.dispose(), neighbour.dispose()]));

  const exists = async (look: Promise<unknown>) => {
    return look.then(
      () => true,
      () => false,
    );
  };

  it("nothing of theirs is planned, listed or touched", async () => {
    await expectNoChanges(sandbox);
    const { stdout } = await sandbox.call(["status"]);
    for (const name of [session, stopped, theirs.container, theirs.volume])
      expect(stdout).not.toContain(name);
    expect(await planLines(sandbox, "--destroy")).toEqual([
      `delete container.${project.container} orphaned`,
      `delete volume.${project.volume} orphaned`,
      `delete network.${project.network} orphaned`,
    ]);
  });

  it("a volume of ours that a foreign container mounts is kept, with all that hangs on it", async () => {
    const user = await sandbox.docker.createContainer({
      name: `${sandbox.id}-backup`,
      Image: project.image,
      HostConfig: { Mounts: [{ Type: "volume", Source: project.volume, Target: "/theirs" }] },
    });
    sandbox.writeConfig(projectYaml(sandbox, {}).replace("templates:", "templates: {}"));
    expect(await planLines(sandbox)).toEqual([
      `delete container.${project.container} orphaned`,
      `conflict volume.${project.volume} conflict-in-use`,
    ]);
    const { code, stderr } = await sandbox.call(["apply", "--auto-approve"]);
    expect({ code, stderr }).toMatchObject({
      code: 6,
      stderr: expect.stringContaining(`${sandbox.id}-backup`),
    });
    expect(await exists(sandbox.docker.getVolume(project.volume).inspect())).toBe(true);

    sandbox.writeConfig(project.yaml);
    const again = await sandbox.image("blob", { version: "2", tag: "2" });
    sandbox.writeConfig(project.yaml.replace(project.blob, again));
    expect(await planLines(sandbox)).toContain(`conflict volume.${project.volume} conflict-in-use`);
    expect((await sandbox.call(["apply", "--auto-approve"])).code).toBe(6);
    await user.remove();
    sandbox.writeConfig(project.yaml);
    await apply(sandbox);
    await expectNoChanges(sandbox);
  });

  it("destroy keeps the network while a foreign container uses it, running or not", async () => {
    const user = await sandbox.docker.createContainer({
      name: `${sandbox.id}-user`,
      Image: project.image,
      HostConfig: { NetworkMode: project.network },
    });
    for (const start of [false, true]) {
      if (start) await user.start();
      const { code, stdout, stderr } = await sandbox.call(["destroy", "--auto-approve"]);
      expect(code, stdout + stderr).toBe(6);
      expect(stdout).toContain(`${sandbox.id}-user`);
      expect(await exists(sandbox.docker.getNetwork(project.network).inspect())).toBe(true);
    }
    expect(await ownedNames(sandbox)).toEqual([]);
    await user.remove({ force: true });
  });

  it("a foreign container that joins the network while it is being destroyed keeps it", async () => {
    await apply(sandbox);
    const user = await sandbox.docker.createContainer({ name: `${sandbox.id}-late`, Image: project.image });
    const removal = { method: "DELETE", path: /\/containers\// };
    const { code } = await warmHeldAt(sandbox, ["destroy", "--auto-approve"], removal, async () => {
      await sandbox.docker.getNetwork(project.network).connect({ Container: user.id });
      await user.start();
    });
    expect(code).toBe(6);
    const { NetworkSettings } = await user.inspect();
    expect(Object.keys(NetworkSettings.Networks)).toContain(project.network);
    await user.remove({ force: true });
  });

  it("destroy removes what is ours and nothing else", async () => {
    await apply(sandbox);
    const { code, stdout, stderr } = await sandbox.call(["destroy", "--auto-approve"]);
    expect(code, stdout + stderr).toBe(0);
    expect(await ownedNames(sandbox)).toEqual([]);
    expect(await proofTags(sandbox, project)).toEqual([]);
    expect(await exists(sandbox.docker.getNetwork(project.network).inspect())).toBe(false);

    expect(await exists(sandbox.docker.getVolume(session).inspect())).toBe(true);
    expect(await exists(sandbox.docker.getContainer(stopped).inspect())).toBe(true);
    expect(await exists(sandbox.docker.getImage(project.image).inspect())).toBe(true);
    await expectNoChanges(neighbour);
    expect((await sandbox.call(["destroy", "--auto-approve"])).stdout).toContain("Nothing");
  });
});
