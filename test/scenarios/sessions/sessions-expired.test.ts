import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply, ownedNames } from "../seeding/seeded-template.js";
import { applyHeldAt } from "../templates/proxied-apply.js";
import { expectNoChanges, planLines } from "../templates/read-plan.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { findVolume, mountBy, sessionYaml, tombstones } from "./session-project.js";

let sandbox: Sandbox;
let project: TemplateProject;
let volume: string;
beforeAll(async () => {
  sandbox = await createSandbox();
  const image = await sandbox.image("template", { to: "both" });
  project = await writeTemplateProject(sandbox, { image });
  volume = `${project.volume}-s`;
});
afterAll(() => sandbox.dispose());

const write = (prune: "none" | "safe" | "all", ttl: string) =>
  sandbox.writeConfig(sessionYaml(project, prune, { s: [`ttl: ${ttl}`] }));

/** With this ttl the session of `beforeEach` is over in a moment. */
async function expire(prune: "none" | "safe" | "all", ttl = "1s"): Promise<void> {
  write("all", ttl);
  const isOver = async () => (await sandbox.call(["explain", `volume.${volume}`])).stdout;
  await expect.poll(isOver, { timeout: 10_000 }).toContain("expired at");
  write(prune, ttl);
}

describe("a session that has expired", () => {
  beforeEach(async () => {
    write("all", "1h");
    await apply(sandbox);
    expect(await tombstones(sandbox)).toEqual([]);
  });

  it("keeps its volume under `prune: safe` and `none`, and loses it for good under `prune: all`", async () => {
    for (const prune of ["none", "safe"] as const) {
      await expire(prune);
      await expectNoChanges(sandbox);
      const { stdout } = await sandbox.call(["explain", `volume.${volume}`]);
      expect(stdout).toContain(`\`prune: ${prune}\` keeps its volume`);
    }
    await expire("all");
    expect(await planLines(sandbox)).toEqual([`delete volume.${volume} expired`]);
    expect((await sandbox.call(["plan"])).stdout).toContain("its time to live is over (session s)");
    await apply(sandbox);
    expect(await findVolume(sandbox, volume)).toBeUndefined();
    expect(await tombstones(sandbox)).toHaveLength(1);
    await expectNoChanges(sandbox);
    await apply(sandbox);
    expect(await findVolume(sandbox, volume)).toBeUndefined();
    const { stdout } = await sandbox.call(["explain", `volume.${volume}`]);
    expect(stdout).toContain("session s expired and its volume was removed");
  });

  it("lives again with another ttl, and when it is asked for", async () => {
    await expire("all", "1s");
    await apply(sandbox);
    const [tombstone] = await tombstones(sandbox);
    write("safe", "1h");
    expect(await planLines(sandbox)).toEqual([
      `create volume.${volume} missing`,
      `delete image.${tombstone} orphaned`,
    ]);
    await apply(sandbox);
    expect(await tombstones(sandbox)).toEqual([]);
    await expectNoChanges(sandbox);

    await expire("all", "1100ms");
    await apply(sandbox);
    expect(await findVolume(sandbox, volume)).toBeUndefined();
    const { stdout } = await sandbox.call(["plan", "--replace", `volume.${volume}`]);
    expect(stdout).toMatch(/\+ volume.* create: requested \(session s\)/);
    expect(stdout).toContain("marks an expired session that is no longer declared, or lives again");
  });

  it("lives again though a container was made from the image of its tombstone, which has no other name", async () => {
    await expire("all");
    await apply(sandbox);
    const [tombstone = ""] = await tombstones(sandbox);
    const user = await sandbox.docker.createContainer({
      Image: tombstone,
      Cmd: ["lock"],
      name: `${sandbox.id}-lock`,
    });
    // As another project's `destroy` does.
    await sandbox.docker
      .getImage("warm-lock:1")
      .remove({ noprune: true })
      .catch(() => undefined);
    write("all", "1h");
    await apply(sandbox);
    expect(await tombstones(sandbox)).toEqual([]);
    expect((await user.inspect()).State.Status).toBe("created");
    await user.remove();
  });

  it("is a conflict while a foreign container uses it, and goes when that has let go", async () => {
    await expire("all");
    const user = await mountBy(sandbox, project.image, volume);
    expect(await planLines(sandbox)).toEqual([`conflict volume.${volume} conflict-in-use`]);
    const { code, stderr } = await sandbox.call(["apply", "--auto-approve"]);
    expect({ code, stderr }).toMatchObject({
      code: 6,
      stderr: expect.stringContaining(`in use by container ${sandbox.id}-user`),
    });
    expect(await findVolume(sandbox, volume)).toBeDefined();
    expect(await tombstones(sandbox)).toEqual([]);
    await user.remove();
    await apply(sandbox);
    expect(await findVolume(sandbox, volume)).toBeUndefined();
    await expectNoChanges(sandbox);
  });

  it("goes with the next apply when one was killed between its tombstone and its removal", async () => {
    await expire("all");
    const removal = { method: "DELETE", path: new RegExp(`/volumes/${volume}$`) };
    const { code } = await applyHeldAt(sandbox, removal, async ({ child, result }) => {
      child.kill("SIGKILL");
      await result;
    });
    expect(code).toBeNull();
    expect(await findVolume(sandbox, volume)).toBeDefined();
    expect(await tombstones(sandbox)).toHaveLength(1);
    expect((await sandbox.call(["lock", "break", "--force"])).code).toBe(0);

    await apply(sandbox);
    expect(await findVolume(sandbox, volume)).toBeUndefined();
    expect(await tombstones(sandbox)).toHaveLength(1);
    await expectNoChanges(sandbox);
  });

  it("is buried even when another project takes the empty image away at that moment", async () => {
    await expire("all");
    const tagging = { method: "POST", path: /\/images\/warm-lock:1\/tag$/ };
    const { code, stderr } = await applyHeldAt(sandbox, tagging, async () => {
      const image = sandbox.docker.getImage("warm-lock:1");
      // Docker keeps an image that a lock is made from, but not each of its names.
      await image.tag({ repo: `${sandbox.id}-kept`, tag: "1" });
      await image.remove();
    });
    expect(code, stderr).toBe(0);
    expect(await tombstones(sandbox)).toHaveLength(1);
    await sandbox.docker.getImage(`${sandbox.id}-kept:1`).remove({ force: true });
    await expectNoChanges(sandbox);
  });

  it("leaves its tombstone while it is in the file, and other projects' in any case", async () => {
    await using neighbour = await createSandbox();
    const theirs = await writeTemplateProject(neighbour, { image: project.image });
    neighbour.writeConfig(sessionYaml(theirs, "all", { s: ["ttl: 1s"] }));
    const isGone = async () => {
      await neighbour.call(["apply", "--auto-approve"]);
      return findVolume(neighbour, `${theirs.volume}-s`);
    };
    await expect.poll(isGone, { timeout: 20_000 }).toBeUndefined();
    expect(await tombstones(neighbour)).toHaveLength(1);

    await expire("all");
    await apply(sandbox);
    const [tombstone] = await tombstones(sandbox);
    sandbox.writeConfig(sessionYaml(project, "none", {}));
    await expectNoChanges(sandbox);
    sandbox.writeConfig(sessionYaml(project, "safe", {}));
    expect(await planLines(sandbox)).toEqual([`delete image.${tombstone} orphaned`]);
    await apply(sandbox);
    expect(await tombstones(sandbox)).toEqual([]);
    expect(await tombstones(neighbour)).toHaveLength(1);

    write("all", "1h");
    await apply(sandbox);
    await expire("all");
    await apply(sandbox);
    const { code } = await sandbox.call(["destroy", "--auto-approve"]);
    expect(code).toBe(0);
    expect([await tombstones(sandbox), await ownedNames(sandbox)]).toEqual([[], []]);
    expect(await tombstones(neighbour)).toHaveLength(1);
    expect(await planLines(neighbour)).toEqual([]);
  });
});
