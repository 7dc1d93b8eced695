import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Desired } from "../../src/model/resource.js";
import { sessionOf } from "../../src/model/volume-use.js";
import { planProject } from "../../src/plan/plan-project.js";
import { buildDesired, buildWarm, HOUR_MS } from "./builders.js";
import { plan, withUser } from "./session-hosts.js";
import { simulateApply } from "./simulate-apply.js";

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
