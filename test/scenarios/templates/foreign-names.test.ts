import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply } from "../seeding/seeded-template.js";
import { expectNoChanges, planLines } from "./read-plan.js";
import { projectYaml, type TemplateProject, writeTemplateProject } from "./template-project.js";

/** A project of two templates; objects that warm did not make have the names of the first one's. */
describe("a name that is taken by something that warm did not make", () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  let other: { volume: string; container: string };
  beforeEach(async () => {
    sandbox = await createSandbox();
    const [image, blob] = [
      await sandbox.image("template", { to: "both" }),
      await sandbox.image("blob", { to: "both" }),
    ];
    project = await writeTemplateProject(sandbox, { image, blob });
    const second = sandbox.templateId("second");
    sandbox.writeConfig(projectYaml(sandbox, { [project.id]: { image, blob }, [second]: { image, blob } }));
    const tid = second.replaceAll("-", "");
    other = { volume: `${sandbox.prefix}-${tid}`, container: `${sandbox.prefix}-template-${tid}` };
  });
  afterEach(() => sandbox.dispose());

  /** The apply ends with 6, and the other template is warm all the same. */
  async function expectTheRestDone(): Promise<void> {
    const { code, stdout, stderr } = await sandbox.call(["apply", "--auto-approve"]);
    expect(code, stdout + stderr).toBe(6);
    const { State } = await sandbox.docker.getContainer(other.container).inspect();
    expect(State.Running).toBe(true);
  }

  it("is a container's: left alone, then taken over when asked to", async () => {
    const stranger = await sandbox.docker.createContainer({
      name: project.container,
      Image: project.image,
      Labels: { "cyanprint.dev": "true" },
    });
    const address = `container.${project.container}`;
    expect(await planLines(sandbox)).toContain(`conflict ${address} conflict-name`);
    await expectTheRestDone();
    expect((await sandbox.docker.getContainer(project.container).inspect()).Id).toBe(stranger.id);

    await apply(sandbox, "--adopt", address);
    expect((await sandbox.docker.getContainer(project.container).inspect()).Id).not.toBe(stranger.id);
    await expectNoChanges(sandbox);
  });

  it("is a volume's: its data stays, also when adopting it is asked for while it is in use", async () => {
    await sandbox.docker.createVolume({ Name: project.volume, Labels: { theirs: "yes" } });
    const user = await sandbox.docker.createContainer({
      name: `${sandbox.id}-user`,
      Image: project.image,
      HostConfig: { Mounts: [{ Type: "volume", Source: project.volume, Target: "/theirs" }] },
    });
    const address = `volume.${project.volume}`;
    expect(await planLines(sandbox)).toContain(`conflict ${address} conflict-name`);
    await expectTheRestDone();
    expect(await planLines(sandbox, "--adopt", address)).toContain(`conflict ${address} conflict-in-use`);
    const refused = await sandbox.call(["apply", "--auto-approve", "--adopt", address]);
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain(`${sandbox.id}-user`);
    expect(await sandbox.docker.getVolume(project.volume).inspect()).toMatchObject({
      Labels: { theirs: "yes" },
    });

    await user.remove();
    await apply(sandbox, "--adopt", address);
    await expectNoChanges(sandbox);
  });

  it("is a container's and its volume's, which it mounts: both are taken over together", async () => {
    await sandbox.docker.createVolume({ Name: project.volume, Labels: { theirs: "yes" } });
    const stranger = await sandbox.docker.createContainer({
      name: project.container,
      Image: project.image,
      HostConfig: { Mounts: [{ Type: "volume", Source: project.volume, Target: "/theirs" }] },
    });
    await stranger.start();
    const both = [`container.${project.container}`, `volume.${project.volume}`];
    await apply(sandbox, ...both.flatMap((address) => ["--adopt", address]));
    await expectNoChanges(sandbox);
    await expect(stranger.inspect()).rejects.toMatchObject({ statusCode: 404 });
  });

  it("is the network's: nothing is made on it, and it is taken over once nobody uses it", async () => {
    const network = await sandbox.docker.createNetwork({ Name: project.network, Driver: "bridge" });
    const user = await sandbox.docker.createContainer({
      name: `${sandbox.id}-user`,
      Image: project.image,
      HostConfig: { NetworkMode: project.network },
    });
    const address = `network.${project.network}`;
    expect((await sandbox.call(["apply", "--auto-approve"])).code).toBe(6);
    // The volumes do not need it.
    await sandbox.docker.getVolume(project.volume).inspect();
    await expect(sandbox.docker.getContainer(project.container).inspect()).rejects.toMatchObject({
      statusCode: 404,
    });
    expect(await planLines(sandbox, "--adopt", address)).toContain(`conflict ${address} conflict-in-use`);
    expect((await network.inspect()).Id).toBe(network.id);

    await user.remove();
    await apply(sandbox, "--adopt", address);
    await expectNoChanges(sandbox);
  });

  it("is the seeder's: the container stays, and nothing is seeded beside it", async () => {
    const stranger = await sandbox.docker.createContainer({ name: project.seeder, Image: project.blob });
    await expectTheRestDone();
    expect((await sandbox.docker.getContainer(project.seeder).inspect()).Id).toBe(stranger.id);
    await expect(sandbox.docker.getVolume(project.volume).inspect()).rejects.toMatchObject({
      statusCode: 404,
    });
    await stranger.remove();
    await apply(sandbox);
    await expectNoChanges(sandbox);
  });
});
