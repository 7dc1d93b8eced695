import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Observed, ObservedContainer } from "../../src/model/observed.js";
import type { PlanOptions } from "../../src/model/plan.js";
import type { Desired, SessionVolume } from "../../src/model/resource.js";
import { tombstoneKey } from "../../src/model/tombstone.js";
import { sessionOf } from "../../src/model/volume-use.js";
import { explainResource } from "../../src/plan/explain-resource.js";
import { NO_OPTIONS, planProject } from "../../src/plan/plan-project.js";
import {
  buildDesired,
  buildForeignContainer,
  buildWarm,
  type DesiredParts,
  HOUR_MS,
  type SessionParts,
} from "./builders.js";
import { printPlan } from "./print-plan.js";
import { simulateApply } from "./simulate-apply.js";

/** What a file with template `a` and session `s` wants; its host is looked at when that is three hours old. */
const wantSession = (session: SessionParts = {}, parts: DesiredParts = {}) =>
  buildDesired({ sessions: { s: session }, ...parts });

const keep = wantSession();
const over = { ttlMs: HOUR_MS };
const alive = { ttlMs: 9 * HOUR_MS };

function plan(desired: Desired, host: Observed, options: Partial<PlanOptions> = {}): string {
  return printPlan(planProject(desired, host, { ...NO_OPTIONS, ...options }));
}

const tombstoneOf = (desired: Desired) => {
  const session = desired.resources.find(
    (resource): resource is SessionVolume => resource.kind === "volume" && resource.role === "session",
  );
  if (session === undefined) throw new Error("the file has no session");
  return tombstoneKey(desired.project, session);
};

const bury = (host: Observed, ...keys: readonly string[]): Observed => ({
  ...host,
  images: [...host.images, { id: "sha256:empty", keys: ["warm-lock:1", ...keys] }],
});

const withoutSession = (host: Observed): Observed => ({
  ...host,
  volumes: host.volumes.filter(({ labels }) => sessionOf(labels) === undefined),
});

const withUser = (host: Observed, user: Partial<ObservedContainer> = {}): Observed => ({
  ...host,
  containers: [...host.containers, buildForeignContainer({ volumes: ["cyan-a-s"], ...user })],
});

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

describe("a volume of ours that was made for another use under another prefix", () => {
  const asSession = (prune: Desired["prune"], name = "b", template = "a", prefix = "cyan") =>
    buildDesired({ prefix, prune, templates: {}, sessions: { [name]: { template } } });
  const asTemplate = (prune: Desired["prune"]) =>
    buildDesired({ prefix: "cyan-a", prune, templates: { b: {} } });
  const linesOn = (text: string) => text.split("\n").filter((line) => /volume\.cyan-a-b|^ {4}/.test(line));

  it("is a conflict where a session's is now a template's, since nothing brings its data back", () => {
    const host = buildWarm(asSession("safe"));
    expect(linesOn(plan(asTemplate("safe"), host))).toEqual([
      "! volume.cyan-a-b (config-changed) held by it holds what session b has written, which `prune: safe` keeps",
      "    role: session -> template [config, replace]",
      "    session: b -> null [config, replace]",
      "    template: a -> null [config, replace]",
    ]);
    expect(linesOn(plan(asTemplate("none"), host))[0]).toContain("`prune: none` keeps");
  });

  it("makes room under `prune: all`, and when it is asked for", () => {
    const host = buildWarm(asSession("safe"));
    expect(linesOn(plan(asTemplate("all"), host))[0]).toBe("± volume.cyan-a-b (config-changed)");
    for (const options of [{ adopt: ["volume.cyan-a-b"] }, { replace: ["volume.cyan-a-b"] }])
      expect(linesOn(plan(asTemplate("safe"), host, options))[0]).toBe("± volume.cyan-a-b (requested)");
    expect(linesOn(plan(asTemplate("all"), withUser(host, { volumes: ["cyan-a-b"] })))[0]).toContain(
      "(conflict-in-use)",
    );
  });

  it("makes room where a template's is now a session's: it can be filled again", () => {
    const host = buildWarm(asTemplate("safe"));
    expect(linesOn(plan(asSession("safe"), host))).toEqual([
      "± volume.cyan-a-b (config-changed)",
      "    role: template -> session [config, replace]",
      "    session: null -> b [config, replace]",
      "    template: null -> a [config, replace]",
    ]);
  });

  it("is a conflict where it is another session's", () => {
    const host = buildWarm(asSession("safe", "b-s", "a"));
    const other = asSession("safe", "s", "b", "cyan-a");
    expect(linesOn(plan(other, host))).toEqual([
      "! volume.cyan-a-b-s (config-changed) held by it holds what session b-s has written, which `prune: safe` keeps",
      "    session: b-s -> s [config, replace]",
      "    template: a -> b [config, replace]",
    ]);
  });
});

describe("over generated files and prefixes", () => {
  const parts = fc.record({
    prefix: fc.constantFrom("cyan", "cyan-a"),
    templates: fc.dictionary(fc.constantFrom("a", "b"), fc.constant({})),
    sessions: fc.dictionary(
      fc.constantFrom("b", "b-s", "s"),
      fc.record({ template: fc.constantFrom("a", "b"), ttlMs: fc.constantFrom(HOUR_MS, 9 * HOUR_MS) }),
    ),
    prune: fc.constantFrom<Desired["prune"]>("none", "safe", "all"),
  });

  it("what a session has written goes under `prune: all` alone", () => {
    fc.assert(
      fc.property(parts, parts, (before, after) => {
        const host = buildWarm(buildDesired(before));
        const held = new Set(host.volumes.filter(({ labels }) => sessionOf(labels)).map(({ name }) => name));
        const { changes } = planProject(buildDesired(after), host);
        const lost = changes.filter(
          ({ name, action }) => held.has(name) && (action === "delete" || action === "replace"),
        );
        if (after.prune !== "all") expect(lost).toEqual([]);
      }),
    );
  });

  it("nothing is left to do after an apply but conflicts, whatever the host was used for before", () => {
    fc.assert(
      fc.property(parts, parts, (before, after) => {
        const desired = buildDesired(after);
        const images = [...buildWarm(desired).images, ...buildWarm(buildDesired(before)).images];
        const host = { ...buildWarm(buildDesired(before)), images };
        const applied = simulateApply(desired, planProject(desired, host), host, 1);
        const left = planProject(desired, applied).changes.filter(({ action }) => action !== "noop");
        const isBlocked = left.some(({ action }) => action === "conflict");
        if (after.prune === "all" || !isBlocked) expect(left).toEqual([]);
      }),
      { numRuns: 300 },
    );
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
