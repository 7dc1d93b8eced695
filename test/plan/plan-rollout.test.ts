import { describe, expect, it } from "vitest";
import type { Demand } from "../../src/model/engine.js";
import { makeSecret } from "../../src/model/secret.js";
import { planProject } from "../../src/plan/plan-project.js";
import { HOUR_MS } from "./builders.js";
import { anEngine, demandOf, poolOf } from "./engine-builders.js";
import { desiredOf, enginesOf, hostOf, planOf } from "./engine-hosts.js";
import { printPlan } from "./print-plan.js";

describe("an engine that is due", () => {
  it("for a changed file is replaced, its successor first, one after the other", () => {
    const secret = (value: string) => makeSecret(value, { env: "TOKEN" });
    const old = poolOf(2, { env: { A: "1", TOKEN: secret("old") }, ports: [80], command: ["run"] });
    const pool = poolOf(2, {
      env: { A: "2", TOKEN: secret("new") },
      image: "image.img-p:2",
      ports: [80, 8080],
      command: ["run", "very fast"],
      noNewPrivileges: false,
      logs: { maxSizeBytes: 1024, maxFiles: 1 },
      limits: { pids: 512, swapBytes: 1024 },
      lines: { "env.A": 7 },
    });
    expect(planOf(pool, enginesOf(old, 2))).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (config-changed) by engine.p/3
          image: img-p:1 -> img-p:2 [config, replace]
          command: run -> run "very fast" [config, replace]
          ports: 80 -> 80, 8080 [config, replace]
          security.noNewPrivileges: true -> false [config, replace]
          logs.maxSize: 10485760 -> 1024 [config, replace]
          logs.maxFiles: 3 -> 1 [config, replace]
          resources.swap: 0 -> 1024 [config, replace]
          env.A: 1 -> 2 [config, replace]
          env.TOKEN: (sensitive) -> (sensitive) [config, replace]
      ± engine.p/2 (config-changed) by engine.p/4 after engine.p/1
          image: img-p:1 -> img-p:2 [config, replace]
          command: run -> run "very fast" [config, replace]
          ports: 80 -> 80, 8080 [config, replace]
          security.noNewPrivileges: true -> false [config, replace]
          logs.maxSize: 10485760 -> 1024 [config, replace]
          logs.maxFiles: 3 -> 1 [config, replace]
          resources.swap: 0 -> 1024 [config, replace]
          env.A: 1 -> 2 [config, replace]
          env.TOKEN: (sensitive) -> (sensitive) [config, replace]
      "
    `);
  });

  it("for an image that moved is replaced", () => {
    const pool = poolOf(1);
    const host = hostOf(pool, [anEngine(pool, 1)]);
    const images = [{ id: "sha256:0123456789abcdef", keys: ["img-p:1"] }];
    expect(printPlan(planProject(desiredOf(pool), { ...host, images }))).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (image-moved) by engine.p/2
          image: id-of-img-p: -> 0123456789ab [drift, replace]
      "
    `);
  });

  it("for another name, no network or no spec is replaced", () => {
    const pool = poolOf(4);
    const engines = [
      anEngine(pool, 1, { name: "renamed" }),
      anEngine(pool, 2, { networks: [] }),
      anEngine(pool, 3, { labels: { "warm.project": "demo", "warm.address": "engine.p/3" } }),
      anEngine({ ...pool, prefix: "other" }, 4),
    ];
    expect(planOf(pool, engines)).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (drift-field) by engine.p/5
          name: renamed -> cyan-engine-p-1 [drift, replace]
      ± engine.p/2 (drift-field) by engine.p/6 after engine.p/1
          network: null -> net [drift, replace]
      ± engine.p/3 (drift-field) by engine.p/7 after engine.p/2
          labels: null -> warm.spec [drift, replace]
      ± engine.p/4 (config-changed) by engine.p/8 after engine.p/3
          name: other-engine-p-4 -> cyan-engine-p-4 [config, replace]
      "
    `);
  });

  it("for its age goes when its own share of the last tenth of its ttl has come", () => {
    const pool = poolOf(1, { policy: { ttlMs: 10 * HOUR_MS } });
    const agedHours = (hours: number, slot = 1) =>
      planOf(pool, [
        anEngine(pool, slot, { createdAtMs: Date.parse("2026-01-01T03:00:00Z") - hours * HOUR_MS }),
      ]);
    expect(agedHours(8.99)).toBe("\n");
    expect(agedHours(10)).toBe("\n± engine.p/1 (recycle-age) by engine.p/2\n");
    const ends = Array.from({ length: 20 }, (_, index) => agedHours(9.5, index + 1) === "\n");
    expect(new Set(ends).size).toBe(2);
  });

  it("of unknown age is not old", () => {
    const pool = poolOf(1, { policy: { ttlMs: 1 } });
    expect(planOf(pool, [anEngine(pool, 1, { createdAtMs: 0 })])).toBe("\n");
  });

  it("for its jobs, its memory or on request is replaced", () => {
    const pool = poolOf(4, { policy: { maxJobs: 3 } });
    const demand = demandOf(pool, 4, {
      1: { jobs: 3 },
      2: { jobs: 2, due: "recycle-memory" },
      3: { due: "requested" },
    });
    expect(planOf(pool, enginesOf(pool, 4), demand, { replace: ["engine.p/4"] })).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (recycle-jobs) by engine.p/5
      ± engine.p/2 (recycle-memory) by engine.p/6 after engine.p/1
      ± engine.p/3 (requested) by engine.p/7 after engine.p/2
      ± engine.p/4 (requested) by engine.p/8 after engine.p/3
      "
    `);
  });

  it("is deleted where there are enough, once all of them are ready", () => {
    const old = poolOf(1, { env: { A: "1" } });
    const pool = poolOf(1, { env: { A: "2" } });
    const engines = [anEngine(old, 1), anEngine(pool, 2)];
    expect(planOf(pool, engines)).toMatchInlineSnapshot(`
      "
      - engine.p/1 (config-changed)
      "
    `);
    expect(planOf(pool, engines, demandOf(pool, 1, { 2: { state: "starting" } }))).toBe("\n");
  });

  it("and one too many goes after the others were made anew", () => {
    const old = poolOf(1, { env: { A: "1" } });
    const pool = poolOf(1, { env: { A: "2" } });
    expect(planOf(pool, enginesOf(old, 3))).toMatchInlineSnapshot(`
      "
      ± engine.p/3 (config-changed) by engine.p/4
          env.A: 1 -> 2 [config, replace]
      - engine.p/1 (config-changed) after engine.p/3
      - engine.p/2 (config-changed) after engine.p/3
      "
    `);
  });
});

describe("a rollout", () => {
  const old = poolOf(5, { env: { A: "1" } });
  const engines = enginesOf(old, 5);
  const rolled = (surge: number, unavailable: number, demand?: Demand) => {
    const policy = { rollout: { surge, unavailable, deadlineMs: 1 } };
    const plan = planOf(poolOf(5, { env: { A: "2" }, policy }), engines, demand);
    return plan.replaceAll(/^ {4}.*\n/gm, "");
  };

  it("has so many under way at a time as it may", () => {
    expect(rolled(1, 0)).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (config-changed) by engine.p/6
      ± engine.p/2 (config-changed) by engine.p/7 after engine.p/1
      ± engine.p/3 (config-changed) by engine.p/8 after engine.p/2
      ± engine.p/4 (config-changed) by engine.p/9 after engine.p/3
      ± engine.p/5 (config-changed) by engine.p/10 after engine.p/4
      "
    `);
    expect(rolled(2, 0)).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (config-changed) by engine.p/6
      ± engine.p/2 (config-changed) by engine.p/7
      ± engine.p/3 (config-changed) by engine.p/8 after engine.p/1
      ± engine.p/4 (config-changed) by engine.p/9 after engine.p/2
      ± engine.p/5 (config-changed) by engine.p/10 after engine.p/3
      "
    `);
  });

  it("lets the last of those at a time go before their successors are there", () => {
    expect(rolled(1, 1)).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (config-changed) by engine.p/6
      ± engine.p/2 (config-changed) by engine.p/2
      ± engine.p/3 (config-changed) by engine.p/7 after engine.p/1
      ± engine.p/4 (config-changed) by engine.p/4 after engine.p/2
      ± engine.p/5 (config-changed) by engine.p/8 after engine.p/3
      "
    `);
    expect(rolled(0, 1)).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (config-changed) by engine.p/1
      ± engine.p/2 (config-changed) by engine.p/2 after engine.p/1
      ± engine.p/3 (config-changed) by engine.p/3 after engine.p/2
      ± engine.p/4 (config-changed) by engine.p/4 after engine.p/3
      ± engine.p/5 (config-changed) by engine.p/5 after engine.p/4
      "
    `);
  });

  it("counts what is on its way already", () => {
    const starting = demandOf(old, 5, { 5: { state: "starting" } });
    expect(rolled(1, 0, starting)).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (config-changed) by engine.p/6 after engine.p/5
      ± engine.p/2 (config-changed) by engine.p/7 after engine.p/1
      ± engine.p/3 (config-changed) by engine.p/8 after engine.p/2
      ± engine.p/4 (config-changed) by engine.p/9 after engine.p/3
      "
    `);
    expect(rolled(1, 1, starting)).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (config-changed) by engine.p/6
      ± engine.p/2 (config-changed) by engine.p/2 after engine.p/5
      ± engine.p/3 (config-changed) by engine.p/7 after engine.p/1
      ± engine.p/4 (config-changed) by engine.p/4 after engine.p/2
      "
    `);
    expect(rolled(2, 0, starting)).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (config-changed) by engine.p/6
      ± engine.p/2 (config-changed) by engine.p/7 after engine.p/5
      ± engine.p/3 (config-changed) by engine.p/8 after engine.p/1
      ± engine.p/4 (config-changed) by engine.p/9 after engine.p/2
      "
    `);
    const many = demandOf(old, 5, {
      3: { state: "starting" },
      4: { state: "starting" },
      5: { state: "starting" },
    });
    expect(rolled(1, 0, many)).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (config-changed) by engine.p/6 after engine.p/3, engine.p/4, engine.p/5
      ± engine.p/2 (config-changed) by engine.p/7 after engine.p/1
      "
    `);
  });

  it("does not wait for a last job, nor that for it", () => {
    expect(
      rolled(1, 0, demandOf(old, 5, { 2: { state: "leased", isLastJob: true } })),
    ).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (config-changed) by engine.p/7
      ± engine.p/2 (recycle-jobs) by engine.p/6
      ± engine.p/3 (config-changed) by engine.p/8 after engine.p/1
      ± engine.p/4 (config-changed) by engine.p/9 after engine.p/3
      ± engine.p/5 (config-changed) by engine.p/10 after engine.p/4
      "
    `);
  });

  it("one engine that is asked for is taken without the others", () => {
    const pool = poolOf(5, { env: { A: "2" } });
    expect(planOf(pool, engines, undefined, { targets: ["engine.p/3"] })).toMatchInlineSnapshot(`
      "
      ± engine.p/3 (config-changed) by engine.p/8
          env.A: 1 -> 2 [config, replace]
      "
    `);
    expect(planOf(pool, engines, undefined, { excludes: ["engine.p/3"] })).not.toContain("engine.p/3 ");
  });
});

describe("limits", () => {
  const pool = poolOf(2, { limits: { memoryBytes: 64, cpus: 0.5, pids: 10 } });

  it("change in place, for the file or back to it", () => {
    const lowered = anEngine(pool, 1, { limits: { memoryBytes: 32, cpus: 0.5, pids: 10 } });
    const other = anEngine({ ...pool, limits: { memoryBytes: 64, cpus: 1, pids: 10 } }, 2);
    expect(planOf(pool, [lowered, other])).toMatchInlineSnapshot(`
      "
      ~ engine.p/1 (drift-field)
          resources.memory: 32 -> 64 [drift, update]
      ~ engine.p/2 (config-changed)
          resources.cpus: 1 -> 0.5 [config, update]
      "
    `);
  });

  it("of an engine that somebody uses wait", () => {
    const lowered = anEngine(pool, 1, { limits: { memoryBytes: 32, cpus: 0.5, pids: 10 } });
    expect(planOf(pool, [lowered, anEngine(pool, 2)], demandOf(pool, 2, { 1: { state: "leased" } }))).toBe(
      "\n",
    );
  });

  it("one that is taken away replaces", () => {
    const before = { ...pool, limits: { ...pool.limits, swapBytes: 0 } };
    const after = { ...pool, limits: { pids: 10, memoryBytes: 64 } };
    expect(planOf(after, enginesOf(before, 1), demandOf(pool, 1))).toMatchInlineSnapshot(`
      "
      ± engine.p/1 (config-changed) by engine.p/2
          resources.cpus: 0.5 -> null [config, replace]
      "
    `);
  });
});
