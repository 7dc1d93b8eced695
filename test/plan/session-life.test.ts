import { describe, expect, it } from "vitest";
import type { Observed } from "../../src/model/observed.js";
import type { Desired } from "../../src/model/resource.js";
import { explainResource } from "../../src/plan/explain-resource.js";
import { planProject } from "../../src/plan/plan-project.js";
import { buildDesired, buildWarm, HOUR_MS, type SessionParts } from "./builders.js";
import {
  alive,
  bury,
  keep,
  over,
  plan,
  tombstoneOf,
  wantSession,
  withoutSession,
  withUser,
} from "./session-hosts.js";

describe("a session that has expired", () => {
  const all = (session: SessionParts) => wantSession(session, { prune: "all" });

  it("is deleted under `prune: all` alone", () => {
    const host = buildWarm(keep);
    expect(plan(all(over), host)).toBe("\n- volume.cyan-a-s (expired)\n");
    for (const prune of ["none", "safe"] as const)
      expect(plan(wantSession(over, { prune }), host)).toBe("\n");
  });

  it("has lived exactly its ttl by the daemon's clock", () => {
    const host = buildWarm(keep);
    expect(plan(all({ ttlMs: 3 * HOUR_MS }), host)).toContain("(expired)");
    expect(plan(all({ ttlMs: 3 * HOUR_MS + 1 }), host)).toBe("\n");
    const later = { ...host, observedAt: "2026-01-01T03:00:00.001Z" };
    expect(plan(all({ ttlMs: 3 * HOUR_MS + 1 }), later)).toContain("(expired)");
  });

  it("never expires where Docker tells no creation time", () => {
    const host = buildWarm(keep);
    const volumes = host.volumes.map((volume) => ({ ...volume, createdAt: "" }));
    expect(plan(all(over), { ...host, volumes })).not.toContain("cyan-a-s");
  });

  it("is not made again while its tombstone stands", () => {
    const gone = withoutSession(buildWarm(keep));
    for (const prune of ["none", "safe", "all"] as const) {
      const desired = wantSession(over, { prune });
      expect(plan(desired, bury(gone, tombstoneOf(desired)))).toBe("\n");
    }
    expect(plan(all(over), gone)).toBe("\n+ volume.cyan-a-s (missing)\n");
  });

  it("is deleted all the same when only its tombstone was made", () => {
    expect(plan(all(over), bury(buildWarm(keep), tombstoneOf(all(over))))).toBe(
      "\n- volume.cyan-a-s (expired)\n",
    );
  });

  it("lives again with another ttl, or on request, and its tombstone goes", () => {
    const buried = bury(withoutSession(buildWarm(keep)), tombstoneOf(wantSession(over)));
    expect(plan(wantSession(alive), buried)).toMatchInlineSnapshot(`
      "
      + volume.cyan-a-s (missing)
      - image.warm-expired:demo-aba9c6896275 (orphaned)
      "
    `);
    expect(plan(wantSession(over), buried, { replace: ["volume.cyan-a-s"] })).toMatchInlineSnapshot(`
      "
      + volume.cyan-a-s (requested)
      - image.warm-expired:demo-aba9c6896275 (orphaned)
      "
    `);
    expect(plan(wantSession(alive, { prune: "none" }), buried)).toBe("\n+ volume.cyan-a-s (missing)\n");
  });

  it("has no tombstone any more when it has left the file or its volume lives", () => {
    const key = tombstoneOf(wantSession(over));
    const buried = bury(withoutSession(buildWarm(keep)), key);
    expect(plan(buildDesired(), buried)).toBe(`\n- image.${key} (orphaned)\n`);
    expect(plan(buildDesired({ prune: "none" }), buried)).toBe("\n");
    const host = bury(buildWarm(keep), key);
    const young = host.volumes.map((volume) => ({ ...volume, createdAt: host.observedAt }));
    expect(plan(wantSession(over), { ...host, volumes: young })).toContain(`- image.${key} (orphaned)\n`);
  });

  it("of another project is not this one's, whatever that is called", () => {
    const keys = ["other", "demo-0123456789ab", "dem", "demo-x"].map(
      (name) => `warm-expired:${name}-0123456789ab`,
    );
    const odd = ["warm-expired:demo", "warm-expired:demo-0123456789AB", "warm-expired:demo-0123456789abc"];
    const host = bury(buildWarm(keep), ...keys, ...odd);
    expect(plan(keep, host)).toBe("\n");
    expect(plan(keep, host, { destroy: true })).not.toContain("warm-expired");
  });

  it("is a conflict while a foreign container uses it", () => {
    expect(plan(all(over), withUser(buildWarm(keep)))).toBe(
      "\n! volume.cyan-a-s (conflict-in-use) held by in use by container someone\n",
    );
  });

  it("waits for a container of ours that has to go first", () => {
    const labels = { "warm.project": "demo", "warm.address": "container.old" };
    const { changes } = planProject(all(over), withUser(buildWarm(keep), { name: "old", labels }));
    expect(changes.filter(({ action }) => action === "delete")).toMatchObject([
      { address: "container.old" },
      { address: "volume.cyan-a-s", dependsOn: ["container.old"] },
    ]);
  });

  it("does not mind who has its name once it is over", () => {
    const host = bury(withoutSession(buildWarm(keep)), tombstoneOf(wantSession(over)));
    const foreign = { name: "cyan-a-s", driver: "local", createdAt: "t", labels: {} };
    expect(plan(wantSession(over), { ...host, volumes: [...host.volumes, foreign] })).toBe("\n");
  });
});

describe("explaining a session", () => {
  const explain = (desired: Desired, host: Observed) =>
    explainResource("volume.cyan-a-s", desired, host, planProject(desired, host));

  it("says whose it is and when it ends", () => {
    const { fields, facts } = explain(wantSession(alive), buildWarm(keep));
    expect(fields.map(({ path, desired, lastApplied }) => [path, desired, lastApplied])).toEqual([
      ["session", "s", "s"],
      ["template", "a", "a"],
      ["ttl", 9 * HOUR_MS, undefined],
    ]);
    expect(facts).toEqual(["made at 2026-01-01T00:00:00Z", "session s expires at 2026-01-01T09:00:00Z"]);
    expect(explain(keep, buildWarm(keep)).facts[1]).toBe("session s has no ttl: it never expires");
  });

  it("says that it is over, why it still stands and what revives it", () => {
    expect(explain(wantSession(over), buildWarm(keep)).facts).toMatchInlineSnapshot(`
      [
        "made at 2026-01-01T00:00:00Z",
        "session s expired at 2026-01-01T01:00:00Z",
        "\`prune: safe\` keeps its volume",
        "another \`ttl\` in the file revives it, \`warm apply --replace volume.cyan-a-s\` begins it anew and empty",
      ]
    `);
    const buried = bury(withoutSession(buildWarm(keep)), tombstoneOf(wantSession(over)));
    const { facts, action } = explain(wantSession(over), buried);
    expect(action).toBe("noop");
    expect(facts[0]).toBe("session s expired and its volume was removed");
  });
});
