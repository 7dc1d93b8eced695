import { describe, expect, it } from "vitest";
import type { Demand, EngineDemand } from "../../src/model/engine.js";
import { quarantineName } from "../../src/model/names.js";
import { makeSecret } from "../../src/model/secret.js";
import { NO_OPTIONS, planProject } from "../../src/plan/plan-project.js";
import { buildForeignContainer, buildWarm } from "./builders.js";
import { anEngine, aPool, demandOf, engineIdOf, poolOf } from "./engine-builders.js";
import { desiredOf, enginesOf, hostOf, planOf } from "./engine-hosts.js";
import { printPlan } from "./print-plan.js";

describe("the size of a pool", () => {
  it("what is missing below its least size is missing, what is needed beyond it scales up", () => {
    const pool = aPool({ policy: { size: { min: 2, max: 6, spare: 1 } } });
    expect(planOf(pool, [anEngine(pool, 2)], demandOf(pool, 4))).toMatchInlineSnapshot(`
      "
      + engine.p/1 (missing)
      + engine.p/3 (scale-up)
      + engine.p/4 (scale-up)
      "
    `);
  });

  it("without anybody who uses it, its spare engines are all that it has", () => {
    const pool = aPool({ policy: { size: { min: 1, max: 6, spare: 3 } } });
    expect(planOf(pool, [])).toMatchInlineSnapshot(`
      "
      + engine.p/1 (missing)
      + engine.p/2 (scale-up)
      + engine.p/3 (scale-up)
      "
    `);
    expect(planOf(pool, enginesOf(pool, 3))).toBe("\n");
  });

  it("an empty host gets the network and the image first", () => {
    const desired = desiredOf(poolOf(1, { env: { A: "1", TOKEN: makeSecret("s", { env: "TOKEN" }) } }));
    const plan = planProject(desired, { ...buildWarm(desired), images: [], networks: [], containers: [] });
    expect(printPlan(plan)).toMatchInlineSnapshot(`
      "
      + network.net (missing)
      + image.img-p:1 (missing)
      + engine.p/1 (missing)
      "
    `);
    expect(plan.changes.at(-1)).toMatchInlineSnapshot(`
      {
        "action": "create",
        "address": "engine.p/1",
        "dependsOn": [
          "network.net",
          "image.img-p:1",
        ],
        "fields": [
          {
            "after": "img-p:1",
            "before": null,
            "cause": "config",
            "effect": "update",
            "path": "image",
          },
          {
            "after": "net",
            "before": null,
            "cause": "config",
            "effect": "update",
            "path": "network",
          },
          {
            "after": true,
            "before": null,
            "cause": "config",
            "effect": "update",
            "path": "security.noNewPrivileges",
          },
          {
            "after": 10485760,
            "before": null,
            "cause": "config",
            "effect": "update",
            "path": "logs.maxSize",
          },
          {
            "after": 3,
            "before": null,
            "cause": "config",
            "effect": "update",
            "path": "logs.maxFiles",
          },
          {
            "after": 0,
            "before": null,
            "cause": "config",
            "effect": "update",
            "path": "resources.swap",
          },
          {
            "after": "1",
            "before": null,
            "cause": "config",
            "effect": "update",
            "path": "env.A",
          },
          {
            "after": "(sensitive)",
            "before": null,
            "cause": "config",
            "effect": "update",
            "path": "env.TOKEN",
            "sensitive": true,
          },
          {
            "after": 512,
            "before": null,
            "cause": "config",
            "effect": "update",
            "path": "resources.pids",
          },
        ],
        "kind": "engine",
        "name": "cyan-engine-p-1",
        "precondition": {
          "exists": false,
        },
        "reasons": [
          "missing",
        ],
      }
    `);
  });

  it("an engine that is starting counts as one that is there", () => {
    const pool = poolOf(2);
    const starting = anEngine(pool, 2, { state: "created" });
    expect(planOf(pool, [anEngine(pool, 1), starting], demandOf(pool, 2, { 2: { state: "starting" } }))).toBe(
      "\n",
    );
  });

  it("a pool that is scaled to nothing loses all that nobody uses", () => {
    const pool = poolOf(2);
    expect(
      planOf(pool, enginesOf(pool, 3), demandOf(pool, 0, { 2: { state: "leased" } })),
    ).toMatchInlineSnapshot(`
      "
      - engine.p/1 (surplus)
      - engine.p/3 (surplus)
      "
    `);
  });

  it("of too many go those that start, then those with most jobs, the oldest, the highest slots", () => {
    const pool = poolOf(1);
    const engines = [
      ...enginesOf(pool, 3),
      anEngine(pool, 4, { createdAtMs: Date.parse("2025-12-31T00:00:00Z") }),
      anEngine(pool, 5),
      anEngine(pool, 6),
    ];
    const bySlot: Record<number, Partial<EngineDemand>> = {
      2: { jobs: 4 },
      5: { state: "starting" },
      6: { state: "leased", jobs: 9 },
    };
    const goneAt = (target: number) =>
      planOf(pool, engines, demandOf(pool, target, bySlot))
        .match(/engine\.p\/\d/g)
        ?.join(" ");
    expect([5, 4, 3, 2, 1, 0].map(goneAt)).toMatchInlineSnapshot(`
      [
        "engine.p/5",
        "engine.p/2 engine.p/5",
        "engine.p/2 engine.p/4 engine.p/5",
        "engine.p/2 engine.p/3 engine.p/4 engine.p/5",
        "engine.p/1 engine.p/2 engine.p/3 engine.p/4 engine.p/5",
        "engine.p/1 engine.p/2 engine.p/3 engine.p/4 engine.p/5",
      ]
    `);
  });

  it("ten engines stand in the order of their numbers", () => {
    expect(planOf(poolOf(10), []).match(/\d+(?= \()/g)).toEqual("1 2 3 4 5 6 7 8 9 10".split(" "));
  });
});

describe("a slot", () => {
  it("whose Docker name somebody else holds is passed over", () => {
    const pool = poolOf(3);
    const foreign = buildForeignContainer({ name: "cyan-engine-p-2" });
    expect(planOf(pool, [anEngine(pool, 1), foreign])).toMatchInlineSnapshot(`
      "
      + engine.p/3 (missing)
      + engine.p/4 (missing)
      "
    `);
  });

  it("of an engine that failed and whose name somebody else took is given up", () => {
    const pool = poolOf(1);
    const failed = anEngine(pool, 1, { name: "renamed", state: "exited" });
    const foreign = buildForeignContainer({ name: "cyan-engine-p-1" });
    expect(planOf(pool, [failed, foreign])).toMatchInlineSnapshot(`
      "
      + engine.p/2 (missing)
      - engine.p/1 (failed)
      "
    `);
  });

  it("of an engine in quarantine is free, and the engine is left alone", () => {
    const pool = poolOf(1);
    const id = engineIdOf("kept");
    const createdAtMs = Date.parse("2026-01-01T02:59:00Z");
    const name = quarantineName("cyan-engine-p-1", id);
    const kept = anEngine(pool, 1, { id, name, state: "exited", createdAtMs });
    expect(planOf(pool, [kept])).toMatchInlineSnapshot(`
      "
      + engine.p/1 (missing)
      "
    `);
    expect(planOf(pool, [kept, anEngine(pool, 1)])).toBe("\n");
  });

  it("of an engine in quarantine that nobody remembers goes when it is older than quarantines last", () => {
    const pool = poolOf(1);
    const id = engineIdOf("kept");
    const kept = anEngine(pool, 1, { id, name: quarantineName("cyan-engine-p-1", id), state: "paused" });
    expect(planOf(pool, [kept, anEngine(pool, 1)])).toMatchInlineSnapshot(`
      "
      - engine.p/1@79f076abdd19 (expired)
      "
    `);
  });

  it("of an engine that is about to be renamed for its quarantine is not free yet", () => {
    const pool = poolOf(1);
    const engine = anEngine(pool, 1);
    expect(planOf(pool, [engine], demandOf(pool, 1, { 1: { state: "quarantined" } }))).toMatchInlineSnapshot(`
      "
      + engine.p/2 (missing)
      "
    `);
  });

  it("with two containers has one too many, unless somebody uses it", () => {
    const pool = poolOf(1);
    const copy = anEngine(pool, 1, { id: engineIdOf("copy"), name: "a-copy" });
    expect(planOf(pool, [copy, anEngine(pool, 1)])).toMatchInlineSnapshot(`
      "
      - engine.p/1@6f5a6034e770 (surplus)
      "
    `);
    const isUsed = new Map([
      [copy.id, { state: "leased", jobs: 0, isLastJob: false, due: undefined } as const],
    ]);
    const demand = new Map([["p", { target: 2, engines: isUsed }]]);
    expect(planOf(pool, [copy, anEngine(pool, 1)], demand)).toBe("\n");
  });
});

describe("a pool that is no longer declared", () => {
  const pool = poolOf(2);
  const host = hostOf(pool, enginesOf(pool, 2));
  const plan = (prune: "none" | "safe", demand?: Demand) =>
    planProject({ ...desiredOf(), prune }, host, NO_OPTIONS, demand);

  it("loses its engines, but for those that somebody uses", () => {
    expect(printPlan(plan("safe"))).toMatchInlineSnapshot(`
      "
      - engine.p/1 (orphaned)
      - engine.p/2 (orphaned)
      "
    `);
    const used = plan("safe", demandOf(pool, 0, { 1: { state: "leased" } }));
    expect(printPlan(used)).toMatchInlineSnapshot(`
      "
      - engine.p/2 (orphaned)
      "
    `);
    expect(used.changes.map(({ address, action }) => `${action} ${address}`)).toContain("noop engine.p/1");
  });

  it("keeps them under `prune: none`", () => {
    expect(plan("none").changes.filter(({ kind }) => kind === "engine")).toEqual([]);
  });

  it("all goes with the project, its network last", () => {
    const id = engineIdOf("kept");
    const kept = anEngine(pool, 1, { id, name: quarantineName("cyan-engine-p-1", id) });
    const whole = { ...host, containers: [...host.containers, kept] };
    const plan = planProject(desiredOf(pool), whole, { ...NO_OPTIONS, destroy: true });
    const { changes } = plan;
    expect(printPlan(plan)).toMatchInlineSnapshot(`
      "
      - engine.p/1 (orphaned)
      - engine.p/1@79f076abdd19 (orphaned)
      - engine.p/2 (orphaned)
      - network.net (orphaned) after engine.p/1, engine.p/1@79f076abdd19, engine.p/2
      "
    `);
    const others = changes.slice(0, -1).map(({ address }) => address);
    expect(changes.at(-1)?.dependsOn.toSorted()).toEqual(others.toSorted());
  });
});
