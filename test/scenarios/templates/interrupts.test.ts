import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WarmProcess } from "../../rig/run-warm.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply, ownedNames } from "../seeding/seeded-template.js";
import { applyHeldAt, warmHeldAt } from "./proxied-apply.js";
import { expectNoChanges } from "./read-plan.js";
import { type TemplateProject, writeTemplateProject } from "./template-project.js";

describe("an apply that is interrupted", () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  beforeEach(async () => {
    sandbox = await createSandbox();
  });
  afterEach(() => sandbox.dispose());

  /** Sends the signal and waits until it was understood. */
  async function interrupt({ child, output }: WarmProcess, signal: NodeJS.Signals): Promise<void> {
    child.kill(signal);
    await expect.poll(() => output.stderr, { timeout: 10_000 }).toContain("once more to abort");
  }

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("by %s finishes what is in flight, starts nothing more and exits %i", async (signal, code) => {
    project = await writeTemplateProject(sandbox);
    const seeding = { method: "POST", path: /\/containers\/create$/, query: `name=${project.seeder}` };
    const result = await applyHeldAt(sandbox, seeding, (warm) => interrupt(warm, signal));
    expect(result, result.stderr).toMatchObject({ code });
    expect(result.stdout).toMatch(/Interrupted: 4 done, 1 skipped\.\n/);
    expect(await ownedNames(sandbox)).toEqual([project.volume]);
    await apply(sandbox);
    await expectNoChanges(sandbox);
  });

  it("pulls nothing that was waiting for its turn", async () => {
    project = await writeTemplateProject(sandbox, {}, ["pull: { concurrency: 1 }"]);
    const pull = { method: "POST", path: /\/images\/create$/, query: sandbox.id };
    const result = await applyHeldAt(sandbox, pull, (warm) => interrupt(warm, "SIGINT"));
    expect(result.code).toBe(130);
    const images = await sandbox.docker.listImages();
    const pulled = images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag.includes(sandbox.id));
    expect(pulled).toHaveLength(1);
    await apply(sandbox);
  });

  it("twice gives up what is in flight and leaves nothing half made", async () => {
    const image = await sandbox.image("neverHealthy");
    project = await writeTemplateProject(sandbox, { image });
    const warm = sandbox.start(["apply", "--auto-approve"]);
    await expect.poll(() => warm.output.stderr, { timeout: 20_000 }).toContain("waiting until healthy");
    await interrupt(warm, "SIGINT");
    warm.child.kill("SIGINT");
    const { code, stdout, ms } = await warm.result;
    expect(code, stdout).toBe(130);
    expect(ms).toBeLessThan(30_000);
    expect(stdout).toContain("Interrupted");
    expect(await ownedNames(sandbox)).toEqual([project.volume]);

    const healthy = await sandbox.image("template");
    sandbox.writeConfig(project.yaml.replace(image, healthy));
    await apply(sandbox);
    await expectNoChanges(sandbox);
  });

  it("while it only looks after the health of what is there ends at once", async () => {
    project = await writeTemplateProject(sandbox);
    await apply(sandbox);
    sandbox.writeConfig(`${project.yaml}    health: { path: /nothing, timeout: 60s }\n`);
    await expectNoChanges(sandbox);
    const probe = { method: "GET", path: /\/containers\/[0-9a-f]{64}\/json$/ };
    const result = await warmHeldAt(sandbox, ["apply"], probe, (warm) => interrupt(warm, "SIGTERM"));
    expect(result).toMatchObject({ code: 143 });
    expect(result.ms).toBeLessThan(30_000);
  });
});
