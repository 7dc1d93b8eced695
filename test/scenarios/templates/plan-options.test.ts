import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply, ownedNames } from "../seeding/seeded-template.js";
import { expectNoChanges, planJson, planLines } from "./read-plan.js";
import { projectYaml } from "./template-project.js";

/** One project of two templates that share their images. */
describe("a plan", () => {
  let sandbox: Sandbox;
  const names: { volume: string; container: string }[] = [];
  let image: string;
  let blob: string;
  beforeAll(async () => {
    sandbox = await createSandbox();
    image = await sandbox.image("template", { to: "both" });
    blob = await sandbox.image("blob", { to: "both" });
    const ids = ["a", "b"].map((label) => sandbox.templateId(label));
    sandbox.writeConfig(projectYaml(sandbox, Object.fromEntries(ids.map((id) => [id, { image, blob }]))));
    for (const tid of ids.map((id) => id.replaceAll("-", "")))
      names.push({ volume: `${sandbox.prefix}-${tid}`, container: `${sandbox.prefix}-template-${tid}` });
  });
  afterAll(() => sandbox.dispose());

  it("that nobody can approve is not carried out", async () => {
    for (const command of ["apply", "destroy"]) {
      if (command === "destroy") await apply(sandbox, "--target", `network.${sandbox.network}`);
      const { code, stderr } = await sandbox.warm([command]);
      expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining("--auto-approve") });
    }
    expect(await ownedNames(sandbox)).toEqual([]);
  });

  it("for a target brings what it depends on, and nothing else", async () => {
    const target = ["--target", `container.${names[0]?.container}`];
    expect((await planLines(sandbox, ...target)).map((line) => line.split(" ")[1])).toEqual([
      `volume.${names[0]?.volume}`,
      `container.${names[0]?.container}`,
    ]);
    await apply(sandbox, ...target);
    expect(await ownedNames(sandbox)).toEqual([names[0]?.volume, names[0]?.container].sort());
  });

  it("without an excluded one leaves out what depends on it", async () => {
    expect(await planLines(sandbox, "--exclude", `volume.${names[1]?.volume}`)).toEqual([]);
    expect(await planLines(sandbox, "--exclude", `container.${names[1]?.container}`)).toEqual([
      `create volume.${names[1]?.volume} missing`,
    ]);
    await apply(sandbox);
  });

  it("to replace a volume replaces its container with it", async () => {
    const container = sandbox.docker.getContainer(names[0]?.container ?? "");
    const { Id } = await container.inspect();
    const replace = ["--replace", `volume.${names[0]?.volume}`];
    expect(await planLines(sandbox, ...replace)).toEqual([
      `replace volume.${names[0]?.volume} requested`,
      `replace container.${names[0]?.container} parent-replaced`,
    ]);
    await apply(sandbox, ...replace);
    expect((await container.inspect()).Id).not.toBe(Id);
    await expectNoChanges(sandbox);
  });

  it("is held to the digest of the one that was reviewed", async () => {
    await sandbox.docker.getContainer(names[0]?.container ?? "").remove({ force: true });
    const { digest } = await planJson(sandbox);
    await sandbox.docker.getContainer(names[1]?.container ?? "").stop();
    const refused = await sandbox.warm(["apply", "--auto-approve", "--expect-plan", digest]);
    expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining(digest) });
    await sandbox.docker.getContainer(names[1]?.container ?? "").start();
    await apply(sandbox, "--expect-plan", digest);
    await expectNoChanges(sandbox);
  });

  it("for an address that does not exist names the nearest one that does", async () => {
    const [nearest, typo] = [`container.${names[0]?.container}`, `container.${names[0]?.container}x`];
    for (const option of ["--target", "--exclude", "--replace", "--adopt"]) {
      const { code, stderr } = await sandbox.warm(["plan", option, typo]);
      expect(code).toBe(64);
      expect(stderr).toContain(`did you mean \`${nearest}\`?`);
    }
    const explained = await sandbox.warm(["explain", typo]);
    expect(explained).toMatchObject({ code: 64, stderr: expect.stringContaining(nearest) });
  });
});
