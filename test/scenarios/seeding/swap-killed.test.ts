import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { applyHeldAt, type Step, warmHeldAt } from "../templates/proxied-apply.js";
import { expectNoChanges } from "../templates/read-plan.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { apply, breakLock, ownedNames } from "./seeded-template.js";

const renaming: Step = { method: "POST", path: /\/containers\/\w+\/rename$/ };
const stopping: Step = { method: "POST", path: /\/containers\/\w+\/stop$/ };
const removing: Step = { method: "DELETE", path: /\/containers\/\w+$/ };

/** The first call that Docker does not see. */
const moments: readonly { readonly moment: string; readonly step: Step }[] = [
  {
    moment: "before the successor was made",
    step: { method: "POST", path: /\/containers\/create$/, query: "--warm-new" },
  },
  { moment: "when the successor was made", step: { method: "POST", path: /\/containers\/\w+\/start$/ } },
  {
    moment: "when the successor was started",
    step: { method: "GET", path: /\/containers\/\w{64}\/json$/, after: /\/start$/ },
  },
  { moment: "when the successor was healthy", step: renaming },
  { moment: "between the two renames", step: { ...renaming, nth: 2 } },
  { moment: "when the successor had the name", step: stopping },
  { moment: "when the old one was stopped", step: removing },
];

let images: Sandbox;
let image: string;
let blob: string;
beforeAll(async () => {
  images = await createSandbox();
  image = await images.image("template", { to: "both" });
  blob = await images.image("blob", { to: "both" });
});
afterAll(() => images.dispose());

const write = (sandbox: Sandbox, wave: number) =>
  writeTemplateProject(sandbox, { image, blob, lines: [`env: { WAVE: "${wave}" }`] });

/** One container that runs what the file says, and nothing of the way there. */
async function expectSwapped(sandbox: Sandbox, project: TemplateProject, wave: number): Promise<void> {
  const { State, Config } = await sandbox.docker.getContainer(project.container).inspect();
  expect(State.Running).toBe(true);
  expect(Config.Env).toContain(`WAVE=${wave}`);
  expect(await ownedNames(sandbox)).toEqual([project.volume, project.container].sort());
  await expectNoChanges(sandbox);
}

describe.concurrent("a swap that was killed", () => {
  describe.each([
    { next: "by the next apply", wave: 2 },
    { next: "by an apply that swaps once more", wave: 3 },
  ])("is finished $next", ({ wave }) => {
    it.each(moments)("$moment", async ({ step }) => {
      await using sandbox = await createSandbox();
      await write(sandbox, 1);
      await apply(sandbox);
      await write(sandbox, 2);
      const { code } = await applyHeldAt(sandbox, step, async ({ child, result }) => {
        child.kill("SIGKILL");
        await result;
      });
      expect(code).toBeNull();
      await breakLock(sandbox);

      const project = await write(sandbox, wave);
      await apply(sandbox);
      await expectSwapped(sandbox, project, wave);
    });
  });
});

describe.concurrent("a foreign container whose adoption was killed", () => {
  it.each([
    { moment: "when the successor was healthy", step: stopping },
    { moment: "when it was stopped", step: removing },
    { moment: "when it was removed", step: renaming },
  ])("$moment: nothing without our labels is left under another name", async ({ step }) => {
    await using sandbox = await createSandbox();
    const project = await write(sandbox, 1);
    const stranger = await sandbox.docker.createContainer({ name: project.container, Image: image });
    const address = `container.${project.container}`;
    const args = ["apply", "--auto-approve", "--adopt", address];
    await warmHeldAt(sandbox, args, { ...step, after: /--warm-new|\/start$/ }, async ({ child, result }) => {
      child.kill("SIGKILL");
      await result;
    });
    await breakLock(sandbox);
    const left = await stranger.inspect().catch(() => undefined);
    expect(left?.Name ?? `/${project.container}`).toBe(`/${project.container}`);

    await apply(sandbox, ...(left === undefined ? [] : ["--adopt", address]));
    await expectSwapped(sandbox, project, 1);
  });
});

it("a swap whose name is taken meanwhile keeps the old container for the next apply", async () => {
  await using sandbox = await createSandbox();
  const project = await write(sandbox, 1);
  await apply(sandbox);
  const old = await sandbox.docker.getContainer(project.container).inspect();
  await write(sandbox, 2);
  const thief = { name: `${sandbox.id}-thief`, Image: image };
  const stranger = await sandbox.docker.createContainer(thief);
  const { code } = await applyHeldAt(sandbox, { ...renaming, nth: 2 }, async () => {
    await stranger.rename({ name: project.container });
  });
  expect(code).toBe(6);
  // Its name is taken, so that it cannot be given back: it is what the next apply goes on with.
  await stranger.remove();
  const kept = await sandbox.docker.getContainer(old.Id).inspect();
  expect(kept.State.Running).toBe(true);
  await apply(sandbox);
  await expectSwapped(sandbox, project, 2);
});
