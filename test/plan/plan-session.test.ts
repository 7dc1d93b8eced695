import { describe, expect, it } from "vitest";
import { planProject } from "../../src/plan/plan-project.js";
import { buildDesired, buildWarm } from "./builders.js";
import { alive, bury, keep, over, plan, tombstoneOf, wantSession, withUser } from "./session-hosts.js";

describe("a session", () => {
  it("gets a volume that waits for nothing, and its images are wanted like those of templates", () => {
    const desired = wantSession({ images: ["processor:1", "img-a:1"] });
    const host = buildWarm(buildDesired());
    expect(plan(desired, host)).toMatchInlineSnapshot(`
      "
      + image.processor:1 (missing)
      + volume.cyan-a-s (missing)
      "
    `);
    const [change] = planProject(desired, host).changes.filter(({ session }) => session === "s");
    expect(change?.dependsOn).toEqual([]);
    expect(change?.fields.map(({ path, after }) => [path, after])).toEqual([
      ["session", "s"],
      ["template", "a"],
    ]);
  });

  it("is not planned again once it is there, whatever its ttl says now", () => {
    expect(plan(keep, buildWarm(keep))).toBe("\n");
    expect(plan(wantSession(alive), buildWarm(keep))).toBe("\n");
  });

  it("does not stand in for the volume of its template", () => {
    const host = buildWarm(keep);
    const volumes = host.volumes.filter(({ name }) => name !== "cyan-a");
    expect(plan(keep, { ...host, volumes, containers: [] })).toMatchInlineSnapshot(`
      "
      + volume.cyan-a (missing)
      + container.cyan-template-a (missing)
      "
    `);
  });

  it("that has left the file keeps its volume, but for `prune: all`", () => {
    const host = buildWarm(keep);
    for (const prune of ["none", "safe"] as const) expect(plan(buildDesired({ prune }), host)).toBe("\n");
    expect(plan(buildDesired({ prune: "all" }), host)).toBe("\n- volume.cyan-a-s (orphaned)\n");
  });

  it("is removed by `destroy`, with its tombstones", () => {
    const host = bury(buildWarm(keep), tombstoneOf(wantSession(over)), "warm-expired:other-0123456789ab");
    expect(plan(wantSession({}, { prune: "none" }), host, { destroy: true })).toMatchInlineSnapshot(`
      "
      - container.cyan-template-a (orphaned)
      - volume.cyan-a (orphaned)
      - volume.cyan-a-s (orphaned)
      - image.warm-expired:demo-aba9c6896275 (orphaned)
      - network.net (orphaned)
      "
    `);
  });

  it("is made anew when that is asked for", () => {
    const options = { replace: ["volume.cyan-a-s"] };
    expect(plan(keep, buildWarm(keep), options)).toBe("\n± volume.cyan-a-s (requested)\n");
    expect(plan(keep, withUser(buildWarm(keep)), options)).toBe(
      "\n! volume.cyan-a-s (conflict-in-use) held by in use by container someone\n",
    );
  });

  it("whose name a foreign volume has is a conflict, and takes it over on request", () => {
    const foreign = {
      name: "cyan-a-s",
      driver: "local",
      createdAt: "t",
      labels: { "cyanprint.dev": "true" },
    };
    const host = buildWarm(buildDesired());
    const taken = { ...host, volumes: [...host.volumes, foreign] };
    expect(plan(keep, taken)).toBe("\n! volume.cyan-a-s (conflict-name) held by volume cyan-a-s\n");
    expect(plan(keep, taken, { adopt: ["volume.cyan-a-s"] })).toBe("\n± volume.cyan-a-s (requested)\n");
  });
});
