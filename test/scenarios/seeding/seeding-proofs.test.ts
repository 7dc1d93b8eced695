import { setTimeout } from "node:timers/promises";
import type { VolumeInspectInfo } from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { applyHeldAt, applyThrough, isStep } from "../templates/proxied-apply.js";
import { projectYaml, type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { apply, expectWarm, proofTags } from "./seeded-template.js";

const SEEDED = /volume\.\S+: (created|replaced) in/;

describe("a template volume that was seeded", () => {
  let images: Sandbox;
  let image: string;
  let blob: string;
  beforeAll(async () => {
    images = await createSandbox();
    image = await images.image("template", { to: "both" });
    blob = await images.image("blob", { to: "both" });
  });
  afterAll(() => images.dispose());

  async function makeWarm(sandbox: Sandbox, settings: { id?: string; blob?: string } = {}) {
    const project = await writeTemplateProject(sandbox, { image, blob, ...settings });
    await apply(sandbox);
    return project;
  }
  const removeTags = async (sandbox: Sandbox, project: TemplateProject) => {
    for (const tag of await proofTags(sandbox, project)) await sandbox.docker.getImage(tag).remove();
  };
  const removeContainer = ({ docker }: Sandbox, { container }: TemplateProject) =>
    docker.getContainer(container).remove({ force: true });

  it("is proven by the tag alone", async () => {
    await using sandbox = await createSandbox();
    const project = await makeWarm(sandbox);
    await removeContainer(sandbox, project);
    expect(await apply(sandbox)).not.toMatch(SEEDED);
    await expectWarm(sandbox, project);
  });

  it("is proven by its container alone, also for the container's successor", async () => {
    await using sandbox = await createSandbox();
    const project = await makeWarm(sandbox);
    await removeTags(sandbox, project);
    expect((await sandbox.call(["plan"])).stdout).toContain("No changes.");
    expect(await apply(sandbox, "--replace", `container.${project.container}`)).not.toMatch(SEEDED);
    expect((await sandbox.call(["plan"])).stdout).toContain("No changes.");
  });

  it("is seeded again when neither proof is left", async () => {
    await using sandbox = await createSandbox();
    const project = await makeWarm(sandbox);
    await removeTags(sandbox, project);
    await removeContainer(sandbox, project);
    const { stdout } = await sandbox.call(["plan", "--format", "json"]);
    const reasons = JSON.parse(stdout).changes.map((change: { reasons: string[] }) => change.reasons);
    expect(reasons.flat().sort()).toEqual(["missing", "seed-incomplete"]);
    expect(await apply(sandbox)).toMatch(SEEDED);
    await expectWarm(sandbox, project);
  });

  it("is seeded again when somebody made it by hand with all the right labels", async () => {
    await using sandbox = await createSandbox();
    const project = await makeWarm(sandbox);
    await remakeByHand(sandbox, project);
    expect(await apply(sandbox)).toMatch(SEEDED);
    await expectWarm(sandbox, project);
  });

  it("is not served by a saved plan that is older than its loss", async () => {
    await using sandbox = await createSandbox();
    const project = await makeWarm(sandbox);
    await removeContainer(sandbox, project);
    expect((await sandbox.call(["plan", "--out", "saved"])).code).toBe(0);
    await remakeByHand(sandbox, project);
    const { code, stderr } = await sandbox.call(["apply", "saved", "--auto-approve"]);
    expect(code, stderr).toBe(5);
    const inspected = sandbox.docker.getContainer(project.container).inspect();
    await expect(inspected).rejects.toMatchObject({ statusCode: 404 });
    await apply(sandbox);
    await expectWarm(sandbox, project);
  });

  it("is cleared although the seeder of a killed run goes on to fill it", async () => {
    await using sandbox = await createSandbox();
    const pausing = await sandbox.image("blob", { to: "both", pauseSeconds: 1 });
    const project = await writeTemplateProject(sandbox, { image, blob: pausing });
    const seeder = sandbox.docker.getContainer(project.seeder);
    await applyHeldAt(sandbox, { method: "POST", path: /\/wait$/ }, async ({ child }) => {
      await seeder.pause();
      child.kill("SIGKILL");
    });
    await sandbox.call(["lock", "break", "--force"]);
    // The last look before the seeder is removed: the plan has seen the volume half filled.
    const listing = { method: "GET", path: /\/containers\/json$/, query: "-volume-" };
    const { code, stderr } = await applyHeldAt(sandbox, listing, async () => {
      await seeder.unpause();
      await seeder.wait();
    });
    expect(code, stderr).toBe(0);
    await expectWarm(sandbox, project);
  });

  it("is left alone when its blob image is gone", async () => {
    await using sandbox = await createSandbox();
    const own = await sandbox.image("blob", { to: "both" });
    const project = await makeWarm(sandbox, { blob: own });
    await removeTags(sandbox, project);
    await sandbox.docker.getImage(own).remove();
    const output = await apply(sandbox);
    expect(output).toContain(`image.${own}: pulled`);
    expect(output).not.toMatch(SEEDED);
    expect((await sandbox.call(["plan"])).stdout).toContain("No changes.");
  });

  it("is seeded again when its blob's tag names another image", async () => {
    await using sandbox = await createSandbox();
    const own = await sandbox.image("blob", { to: "both" });
    const project = await makeWarm(sandbox, { blob: own });
    await sandbox.image("blob", { to: "load", version: "2" });
    const { stdout } = await sandbox.call(["plan", "--format", "json"]);
    expect(stdout).toContain('"seed-changed"');
    expect(await apply(sandbox)).toMatch(SEEDED);
    await expectWarm(sandbox, project);
  });

  it("shares one pull with another template of the same blob", async () => {
    await using sandbox = await createSandbox();
    const own = await sandbox.image("blob");
    const one = await writeTemplateProject(sandbox, { image, blob: own, id: sandbox.templateId("one") });
    const two = await writeTemplateProject(sandbox, { image, blob: own, id: sandbox.templateId("two") });
    sandbox.writeConfig(
      projectYaml(sandbox, { [one.id]: { image, blob: own }, [two.id]: { image, blob: own } }),
    );
    const { code, calls, stderr } = await applyThrough(sandbox);
    expect(code, stderr).toBe(0);
    expect(
      calls.filter(isStep({ method: "POST", path: /\/images\/create$/, query: "fromImage" })),
    ).toHaveLength(1);
    await expectWarm(sandbox, one, two);
  });

  it("may belong to an id with dashes, capitals and underscores", async () => {
    await using sandbox = await createSandbox();
    const project = await makeWarm(sandbox, { id: sandbox.templateId("My-Template_1.x") });
    expect(project.volume).toContain("MyTemplate_1.x");
    await expectWarm(sandbox, project);
  });

  /**
   * A volume of the same name and labels, with half of the content. It is made in a later second: Docker tells the
   * age of a volume in whole seconds, so one that is remade within the second of its seeding cannot be told apart.
   */
  async function remakeByHand({ docker }: Sandbox, { volume, container }: TemplateProject) {
    const seeded = (await docker.getVolume(volume).inspect()) as VolumeInspectInfo & { CreatedAt: string };
    const { Labels } = seeded;
    await setTimeout(Math.max(0, Date.parse(seeded.CreatedAt) + 1_000 - Date.now()));
    await docker
      .getContainer(container)
      .remove({ force: true })
      .catch(() => undefined);
    await docker.getVolume(volume).remove();
    await docker.createVolume({ Name: volume, Labels: Labels ?? {} });
  }
});
