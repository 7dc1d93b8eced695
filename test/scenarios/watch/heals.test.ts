import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { expectServing } from "../seeding/seeded-template.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { told, type Watching, watch } from "./watched-project.js";

describe("a watched host", () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  let watching: Watching;
  beforeAll(async () => {
    sandbox = await createSandbox();
    project = await writeTemplateProject(sandbox, { lines: ["resources: { memory: 64MiB }"] }, [
      "flapping: { heals: 100 }",
    ]);
    watching = watch(sandbox);
    await watching.line(({ msg, address }) => msg === "change applied" && address === address1());
  });
  afterAll(() => sandbox.dispose());

  const address1 = () => `container.${project.container}`;
  const container = () => sandbox.docker.getContainer(project.container);

  /** Does the damage and expects one line that tells of its healing, with these reasons. */
  async function expectHealed(address: string, reasons: readonly string[], damage: () => Promise<unknown>) {
    await watching.quiet();
    const since = watching.lines().length;
    await damage();
    await watching.line((line) => line.msg === "resource healed" && line.address === address, since);
    await watching.quiet();
    const healed = told(watching.lines().slice(since)).filter((line) => line.address === address);
    expect(healed.map(({ msg, reasons }) => [msg, reasons])).toEqual([["resource healed", reasons]]);
    await expectServing(sandbox, project);
    expect((await sandbox.call(["plan"])).stdout).toContain("No changes.");
  }

  it("has a killed template container started again", () =>
    expectHealed(address1(), ["drift-stopped"], () => container().kill()));
  it("has a stopped one started again", () =>
    expectHealed(address1(), ["drift-stopped"], () => container().stop({ t: 1 })));
  it("has a paused one go on", () => expectHealed(address1(), ["drift-stopped"], () => container().pause()));
  it("has a removed one made again", () =>
    // Docker kills it before it removes it: whichever of the two is met first.
    expectHealed(address1(), [expect.stringMatching(/^(missing|drift-stopped)$/)], () =>
      container().remove({ force: true }),
    ));
  it("has a renamed one named as before", () =>
    expectHealed(address1(), ["drift-field"], () => container().rename({ name: `${project.container}-x` })));
  it("has its volume seeded again", () =>
    expectHealed(`volume.${project.volume}`, ["missing"], async () => {
      await container().remove({ force: true });
      await sandbox.docker.getVolume(project.volume).remove();
    }));
  it("has its network made again", () =>
    expectHealed(`network.${project.network}`, ["missing"], async () => {
      const network = sandbox.docker.getNetwork(project.network);
      await network.disconnect({ Container: project.container, Force: true });
      await network.remove();
    }));
  it("has its image pulled again", () =>
    expectHealed(`image.${project.image}`, ["missing"], () =>
      sandbox.docker.getImage(project.image).remove({ force: true }),
    ));
  it("has its memory given back", () =>
    expectHealed(address1(), ["drift-field"], () =>
      container().update({ Memory: 32 << 20, MemorySwap: 64 << 20 }),
    ));
});
