import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { applyHeldAt, type Step } from "../templates/proxied-apply.js";
import { writeTemplateProject } from "../templates/template-project.js";
import { apply, expectWarm, ownedNames, proofTags } from "./seeded-template.js";

const creating = (name: string): Step => ({
  method: "POST",
  path: /\/containers\/create$/,
  query: `name=${name}`,
});

describe("while a template is seeded", () => {
  let images: Sandbox;
  let image: string;
  let blob: string;
  beforeAll(async () => {
    images = await createSandbox();
    image = await images.image("template", { to: "both" });
    blob = await images.image("blob", { to: "both", pauseSeconds: 1 });
  });
  afterAll(() => images.dispose());

  it("somebody may make a volume of its name: it is theirs", async () => {
    await using sandbox = await createSandbox();
    const project = await writeTemplateProject(sandbox, { image, blob });
    const { code, stderr } = await applyHeldAt(sandbox, creating(project.seeder), async () => {
      await sandbox.docker.createVolume({ Name: project.volume, Labels: { theirs: "yes" } });
    });
    expect(code, stderr).toBe(6);
    expect(stderr).toContain(`volume ${project.volume} was made by someone else`);
    expect(await ownedNames(sandbox)).toEqual([]);
    const { Labels } = await sandbox.docker.getVolume(project.volume).inspect();
    expect(Labels).toEqual({ theirs: "yes" });
  });

  it.each(["seeder", "container"] as const)(
    "somebody may take the name of its %s: it is theirs",
    async (which) => {
      await using sandbox = await createSandbox();
      const project = await writeTemplateProject(sandbox, { image, blob });
      const name = project[which];
      const { code, stderr } = await applyHeldAt(sandbox, creating(name), async () => {
        await sandbox.docker.createContainer({ name, Image: image, Labels: { theirs: "yes" } });
      });
      expect(code, stderr).toBe(6);
      expect(stderr).toContain("(name-conflict)");
      const theirs = sandbox.docker.getContainer(name);
      expect((await theirs.inspect()).State.Status).toBe("created");
      await theirs.remove();
      await apply(sandbox);
      await expectWarm(sandbox, project);
    },
  );

  it("a run whose lock was broken proves nothing of what the next run has half filled", async () => {
    await using sandbox = await createSandbox();
    const project = await writeTemplateProject(sandbox, { image, blob });
    const seeder = sandbox.docker.getContainer(project.seeder);
    const lastLook: Step = {
      method: "GET",
      path: new RegExp(`/volumes/${project.volume}$`),
      after: /\/wait$/,
    };
    const first = await applyHeldAt(sandbox, lastLook, async () => {
      await sandbox.call(["lock", "break", "--force"]);
      await applyHeldAt(sandbox, { method: "POST", path: /\/wait$/ }, async ({ child }) => {
        const log = async () => String(await seeder.logs({ stdout: true }));
        await vi.waitFor(async () => expect(await log()).toContain("first half"), { timeout: 10_000 });
        await seeder.remove({ force: true });
        child.kill("SIGKILL");
      });
    });
    expect(first.code, first.stderr).toBe(6);
    expect(await proofTags(sandbox, project)).toEqual([]);
    await sandbox.call(["lock", "break", "--force"]);
    await apply(sandbox);
    await expectWarm(sandbox, project);
  });
});
