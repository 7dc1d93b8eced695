import { describe, expect, it } from "vitest";
import { quarantineName } from "../../src/model/names.js";
import { planProject } from "../../src/plan/plan-project.js";
import { HOUR_MS } from "./builders.js";
import { anEngine, demandOf, engineIdOf, poolOf } from "./engine-builders.js";
import { desiredOf, enginesOf, hostOf, planOf } from "./engine-hosts.js";
import { printPlan } from "./print-plan.js";

describe("an engine in quarantine", () => {
  const pool = poolOf(1);
  const id = engineIdOf("kept");
  const kept = anEngine(pool, 1, { id, name: quarantineName("cyan-engine-p-1", id) });
  const demand = new Map([
    [
      "p",
      {
        target: 1,
        engines: new Map([
          [id, { state: "quarantined", jobs: 3, isLastJob: false, due: "expired" } as const],
        ]),
      },
    ],
  ]);

  it("goes when its time is over", () => {
    expect(planOf(pool, [anEngine(pool, 1), kept], demand)).toMatchInlineSnapshot(`
      "
      - engine.p/1@79f076abdd19 (expired)
      "
    `);
  });

  it("goes with its pool", () => {
    const host = hostOf(pool, [anEngine(pool, 1), kept]);
    expect(printPlan(planProject(desiredOf(), host))).toMatchInlineSnapshot(`
      "
      - engine.p/1 (orphaned)
      - engine.p/1@79f076abdd19 (orphaned)
      "
    `);
  });
});

describe("an engine that is out of service", () => {
  it.each(["exited", "dead", "created", "removing", "restarting"] as const)(
    "%s: makes room for the next in its place, whatever is said of it",
    (state) => {
      const pool = poolOf(2);
      const engines = [anEngine(pool, 1, { state }), anEngine(pool, 2)];
      const expected = "\n± engine.p/1 (failed) by engine.p/1\n";
      expect(planOf(pool, engines)).toBe(expected);
      expect(planOf(pool, engines, demandOf(pool, 2, { 1: { state: "leased" } }))).toBe(expected);
    },
  );

  it("is deleted where there are enough without it", () => {
    const pool = poolOf(1);
    const engines = [anEngine(pool, 1, { state: "exited" }), anEngine(pool, 2)];
    expect(planOf(pool, engines)).toMatchInlineSnapshot(`
      "
      - engine.p/1 (failed)
      "
    `);
  });

  it("an error or a failure that is told of it counts, an unhealthy one too", () => {
    const pool = poolOf(3);
    const engines = [anEngine(pool, 1), anEngine(pool, 2), anEngine(pool, 3, { health: "unhealthy" })];
    const demand = demandOf(pool, 3, { 1: { state: "error" }, 2: { due: "failed" } });
    expect(planOf(pool, engines, demand)).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (failed) by engine.p/1
      ± engine.p/2 (failed) by engine.p/2
      ± engine.p/3 (drift-unhealthy) by engine.p/3
      "
    `);
  });

  it("draining: goes for the reason that it was taken out for", () => {
    const pool = poolOf(2);
    const demand = demandOf(pool, 2, {
      1: { state: "draining" },
      2: { state: "draining", due: "recycle-memory" },
      3: { state: "draining", due: "requested" },
    });
    expect(planOf(pool, enginesOf(pool, 3), demand)).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (recycle-jobs) by engine.p/1
      ± engine.p/2 (recycle-memory) by engine.p/2
      - engine.p/3 (requested)
      "
    `);
  });

  it("paused by us is not broken", () => {
    const pool = poolOf(1);
    expect(planOf(pool, [anEngine(pool, 1, { state: "paused" })])).toBe("\n");
  });
});

describe("an engine that somebody uses", () => {
  const old = poolOf(2, { env: { A: "1" } });
  const pool = poolOf(2, { env: { A: "2" }, policy: { ttlMs: HOUR_MS, maxJobs: 1 } });
  const engines = enginesOf(old, 2);

  it.each(["leased", "resetting", "verifying"] as const)(
    "%s: is left alone, whatever is wrong with it",
    (state) => {
      const used = { state, jobs: 5, due: "requested" } as const;
      const sick = engines.map((engine) => ({ ...engine, health: "unhealthy" as const }));
      const demand = demandOf(pool, 2, { 1: used, 2: used });
      expect(planOf(pool, sick, demand, { replace: ["engine.p/1"] })).toBe("\n");
      expect(planOf(pool, sick, demandOf(pool, 0, { 1: used, 2: used }))).toBe("\n");
    },
  );

  it("for the last time: what stands in for it is begun now, and once", () => {
    const last = { state: "leased", isLastJob: true } as const;
    const fresh = enginesOf(pool, 2).map((engine) => ({
      ...engine,
      createdAtMs: Date.parse("2026-01-01T02:59:00Z"),
    }));
    expect(planOf(pool, fresh, demandOf(pool, 2, { 1: last }))).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (recycle-jobs) by engine.p/3
      "
    `);
    const three = [...fresh, { ...anEngine(pool, 3), createdAtMs: Date.parse("2026-01-01T02:59:00Z") }];
    expect(planOf(pool, three, demandOf(pool, 2, { 1: last }))).toBe("\n");
  });
});
