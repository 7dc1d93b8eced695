import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { applyHeldAt, type Step } from "../templates/proxied-apply.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { watchServing } from "../watch/watch-serving.js";
import { apply, breakLock, expectWarm, pruneContainers } from "./seeded-template.js";

interface Moment {
  readonly moment: string;
  /** The first call that Docker does not see. */
  readonly step: (project: TemplateProject) => Step;
  /** What the seeder has logged by then. */
  readonly log?: string;
}

const creating = (name: string): Step => ({
  method: "POST",
  path: /\/containers\/create$/,
  query: `name=${name}`,
});
const starting: Step = { method: "POST", path: /\/containers\/\w+\/start$/ };
const waiting: Step = { method: "POST", path: /\/containers\/\w+\/wait$/ };
const tagging: Step = { method: "POST", path: /\/images\/.*\/tag$/ };
const removing: Step = { method: "DELETE", path: /\/containers\/\w+$/ };
/** By its ID: the lock is inspected by its name. */
const inspecting: Step = { method: "GET", path: /\/containers\/\w{64}\/json$/ };

const moments: readonly Moment[] = [
  { moment: "before the seeder was made", step: ({ seeder }) => creating(seeder) },
  { moment: "when the seeder was made", step: () => starting },
  { moment: "when the seeder was started", step: () => waiting },
  { moment: "in the middle of unpacking", step: () => waiting, log: "first half unpacked" },
  { moment: "when all was unpacked, without a proof", step: () => tagging },
  { moment: "when the proof was there, with the seeder", step: () => removing },
  { moment: "before the template container was made", step: ({ container }) => creating(container) },
  { moment: "when the template container was made", step: () => ({ ...starting, nth: 2 }) },
  { moment: "when the template container was started", step: () => inspecting },
];

describe("a template whose `warm apply` was killed", () => {
  let images: Sandbox;
  let image: string;
  let blob: string;
  let pausingBlob: string;
  beforeAll(async () => {
    images = await createSandbox();
    image = await images.image("template", { to: "both" });
    blob = await images.image("blob", { to: "both" });
    pausingBlob = await images.image("blob", { to: "both", tag: "pausing", pauseSeconds: 2 });
  });
  afterAll(() => images.dispose());

  /** Leaves behind what `warm apply` leaves when it is killed at this moment. */
  async function killAt({ step, log = "" }: Moment, sandbox: Sandbox, project: TemplateProject) {
    const { code } = await applyHeldAt(sandbox, step(project), async ({ child }) => {
      const seeder = sandbox.docker.getContainer(project.seeder);
      const read = async () => String(await seeder.logs({ stdout: true }));
      if (log !== "") await vi.waitFor(async () => expect(await read()).toContain(log), { timeout: 10_000 });
      child.kill("SIGKILL");
    });
    expect(code).toBeNull();
  }

  describe.each([
    { before: "by the next apply", isPruned: false },
    { before: "after stopped containers were pruned", isPruned: true },
  ])("$before", ({ isPruned }) => {
    it.each(moments)("$moment: is made whole", async (moment) => {
      await using sandbox = await createSandbox();
      const isPausing = moment.log !== undefined;
      const project = await writeTemplateProject(sandbox, { image, blob: isPausing ? pausingBlob : blob });
      const endWatch = await watchServing(sandbox, project);
      await killAt(moment, sandbox, project);
      // The lock of a killed command is a stopped container too.
      if (isPruned) await pruneContainers(sandbox);
      else await breakLock(sandbox);

      await apply(sandbox);
      await expectWarm(sandbox, project);
      const { starts, unproven } = endWatch();
      expect(starts).toBeGreaterThan(0);
      expect(unproven).toBe(0);
    });
  });
});
