import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply } from "../seeding/seeded-template.js";
import { applyHeldAt, applyThrough, isStep } from "../templates/proxied-apply.js";
import { expectNoChanges, planLines } from "../templates/read-plan.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { findVolume, mountBy, sessionYaml } from "./session-project.js";

let sandbox: Sandbox;
let project: TemplateProject;
let volume: string;
beforeAll(async () => {
  sandbox = await createSandbox();
  const image = await sandbox.image("template", { to: "both" });
  project = await writeTemplateProject(sandbox, { image });
  await apply(sandbox);
  volume = `${project.volume}-pr-1`;
});
afterAll(() => sandbox.dispose());

const write = (
  prune: "none" | "safe" | "all",
  sessions: Record<string, readonly string[]> = { "pr-1": [] },
) => sandbox.writeConfig(sessionYaml(project, prune, sessions));

describe("a session", () => {
  it("is made ready: each of its images pulled once, its volume made, and a second plan is empty", async () => {
    const [processor, plugin] = await Promise.all([
      sandbox.image("neverHealthy", { tag: "processor" }),
      sandbox.image("neverHealthy", { tag: "plugin", version: "2" }),
    ]);
    const lines = [`processors: [${processor}, ${processor}]`, `plugins: [${plugin}]`, "ttl: 1h"];
    write("safe", { "pr-1": lines, "pr-2": [`plugins: [${plugin}, ${processor}]`] });
    expect(await planLines(sandbox)).toEqual([
      ...[plugin, processor].map((image) => `create image.${image} missing`),
      `create volume.${volume} missing`,
      `create volume.${project.volume}-pr-2 missing`,
    ]);
    expect((await sandbox.call(["plan"])).stdout).toMatch(/-pr-1 +create: does not exist \(session pr-1\)/);

    const { code, calls, stderr } = await applyThrough(sandbox);
    expect(code, stderr).toBe(0);
    const pulls = calls.filter(isStep({ method: "POST", path: /\/images\/create$/, query: "fromImage" }));
    expect(pulls).toHaveLength(2);
    expect((await findVolume(sandbox, volume))?.Labels).toMatchObject({
      "warm.project": sandbox.project,
      "warm.address": `volume.${volume}`,
      "warm.spec": JSON.stringify({
        role: "session",
        session: "pr-1",
        template: project.id.replaceAll("-", ""),
      }),
      "cyanprint.dev": "true",
    });
    await expectNoChanges(sandbox);
    const { stdout } = await sandbox.call(["explain", `volume.${volume}`]);
    expect(stdout).toContain("session pr-1 expires at ");
  });
});

describe("a session's volume", () => {
  beforeEach(async () => {
    write("all");
    await apply(sandbox);
  });

  it("stays when the session leaves the file, and is deleted under `prune: all`", async () => {
    for (const prune of ["none", "safe"] as const) {
      write(prune, {});
      await expectNoChanges(sandbox);
    }
    write("all", {});
    expect(await planLines(sandbox)).toEqual([`delete volume.${volume} orphaned`]);
    expect((await sandbox.call(["plan"])).stdout).toContain("no longer declared (session pr-1)");
    await apply(sandbox);
    expect(await findVolume(sandbox, volume)).toBeUndefined();
    await expectNoChanges(sandbox);
  });

  it("is made anew on request, and not while a foreign container uses it", async () => {
    const replace = ["--replace", `volume.${volume}`];
    const user = await mountBy(sandbox, project.image, volume);
    const refused = await sandbox.call(["apply", "--auto-approve", ...replace]);
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain(`${sandbox.id}-user`);

    await user.remove();
    const { code, calls } = await applyThrough(sandbox, undefined, replace);
    expect(code).toBe(0);
    const changes = calls.filter(({ method, path }) => method !== "GET" && path.includes("/volumes/"));
    expect(changes.map(({ method }) => method)).toEqual(["DELETE", "POST"]);
    await expectNoChanges(sandbox);
  });

  it("is left alone and targeted by its address", async () => {
    write("all", { "pr-1": [], "pr-3": [], "pr-4": [] });
    const [three, four] = ["3", "4"].map((n) => `volume.${project.volume}-pr-${n}`);
    expect(await planLines(sandbox, "--target", `${three}`)).toEqual([`create ${three} missing`]);
    expect(await planLines(sandbox, "--exclude", `${three}`)).toEqual([`create ${four} missing`]);
  });

  it("whose name somebody else has is a conflict, and is taken over on request", async () => {
    await sandbox.docker.getVolume(volume).remove();
    await sandbox.docker.createVolume({ Name: volume, Labels: { "cyanprint.dev": "true" } });
    expect(await planLines(sandbox)).toEqual([`conflict volume.${volume} conflict-name`]);
    expect((await sandbox.call(["apply", "--auto-approve"])).code).toBe(6);
    expect((await findVolume(sandbox, volume))?.Labels).toEqual({ "cyanprint.dev": "true" });

    await apply(sandbox, "--adopt", `volume.${volume}`);
    expect((await findVolume(sandbox, volume))?.Labels["warm.project"]).toBe(sandbox.project);
    await expectNoChanges(sandbox);
  });

  it("that somebody makes at the same moment is theirs", async () => {
    await sandbox.docker.getVolume(volume).remove();
    const creation = { method: "POST", path: /\/volumes\/create$/ };
    const { code, stderr } = await applyHeldAt(sandbox, creation, async () => {
      await sandbox.docker.createVolume({ Name: volume, Labels: { theirs: "yes" } });
    });
    expect({ code, stderr }).toMatchObject({ code: 6, stderr: expect.stringContaining("someone else") });
    expect((await findVolume(sandbox, volume))?.Labels).toEqual({ theirs: "yes" });
    await sandbox.docker.getVolume(volume).remove();
  });
});
