import { describe, expect, it } from "vitest";
import { sha256 } from "../../../src/model/canonical.js";
import { ENGINE_STATES, type EngineView, type PoolView } from "../../../src/model/engine.js";
import type { JobView } from "../../../src/model/job.js";
import type { LeaseSeen } from "../record.js";
import { checkErrors, checkLog } from "./check-errors.js";
import { checkJobs } from "./check-jobs.js";
import { checkLeases } from "./check-leases.js";
import { checkMemory } from "./check-memory.js";
import { checkPools } from "./check-pools.js";
import { checkVolumes } from "./check-volumes.js";
import { findLeftovers } from "./find-leftovers.js";

function lease(fence: number, more: Partial<LeaseSeen> = {}): LeaseSeen {
  const at = fence * 100;
  return {
    ...{ id: `L${fence}`, fence, key: `k${fence}`, engine: "engine.game/1", containerId: "c1" },
    ...{ askedAtMs: at, toldAtMs: at + 10, releasedAtMs: at + 50, outcome: "clean" },
    ...{ found: "", foundAtEnd: `k${fence}\n` },
    ...more,
  };
}

describe("of leases", () => {
  it("an engine that goes from hand to hand is fine", () => {
    expect(checkLeases({ leases: [lease(1), lease(2)] })).toEqual([]);
  });

  it.each<[string, Partial<LeaseSeen>]>([
    ["before it was given back", { releasedAtMs: 250 }],
    ["after it was given back as dirty", { outcome: "dirty" }],
  ])("an engine that is given to another %s is told", (_, more) => {
    expect(checkLeases({ leases: [lease(1, more), lease(2)] })).toEqual([
      expect.stringContaining("double lease"),
    ]);
  });

  it("an engine that was never given back is nobody's any more", () => {
    const { releasedAtMs: _at, outcome: _as, ...abandoned } = lease(1);
    expect(checkLeases({ leases: [abandoned, lease(2)] })).toEqual([
      expect.stringContaining("never given back"),
    ]);
  });

  it("one lease that is told twice is one", () => {
    expect(checkLeases({ leases: [lease(1, { releasedAtMs: 900 }), lease(1, { toldAtMs: 300 })] })).toEqual(
      [],
    );
  });

  it.each<[string, Partial<LeaseSeen>]>([
    ["not clean", { found: "k1\n" }],
    ["disturbed", { foundAtEnd: "k1\nk2\n" }],
    ["disturbed", { foundAtEnd: "" }],
  ])("an engine that is %s is told", (word, more) => {
    expect(checkLeases({ leases: [lease(2, more)] })).toEqual([expect.stringContaining(word)]);
  });

  it("a fence that does not grow is told", () => {
    const later = lease(2, { fence: 1, containerId: "c2" });
    expect(checkLeases({ leases: [lease(1), later] })).toEqual([expect.stringContaining("fence")]);
  });
});

describe("of pools", () => {
  const engine = { name: "e1", containerId: "c1", state: "ready", lease: undefined } as EngineView;
  const pool = (counted: Partial<PoolView["counts"]>, engines: readonly EngineView[]) => {
    const counts = { ...Object.fromEntries(ENGINE_STATES.map((state) => [state, 0])), ...counted };
    return { pools: [{ atMs: 1, view: { id: "game", counts, engines } as PoolView }] };
  };

  it("counts that add up are fine", () => {
    expect(checkPools(pool({ ready: 1 }, [engine]))).toEqual([]);
  });

  it.each([
    ["2 by state, 1 engines", pool({ ready: 2 }, [engine])],
    ["1 starting", pool({ starting: 1 }, [engine])],
    ["twice", pool({ ready: 2 }, [engine, engine])],
    ["without a lease", pool({ leased: 1 }, [{ ...engine, state: "leased" }])],
  ])("%s is told", (words, pools) => {
    expect(checkPools(pools).join("\n")).toContain(words);
  });
});

it("half a volume that is served is told", () => {
  const seen = { template: "t", atMs: 1, output: "a.txt: FAILED" };
  expect(checkVolumes({ volumes: [{ ...seen, exitCode: 0 }] })).toEqual([]);
  expect(checkVolumes({ volumes: [{ ...seen, exitCode: 1 }] })).toEqual([expect.stringContaining("FAILED")]);
});

describe("of jobs", () => {
  const seed = "world-1";
  const files: Record<string, string> = {
    [`seeds/${sha256(seed)}/raw/${seed}.fwl`]: `seed ${seed}\n`,
    [`seeds/${sha256(seed)}/raw/${seed}.db`]: `database of ${seed}\n`,
    [`seeds/${sha256(seed)}/manifest.json`]: "{}",
  };
  const job = (last: object | undefined) => ({
    jobs: [{ id: "j1", seed, last: last as JobView | undefined }],
  });
  const done = job({ state: "done", outcome: { success: true } });

  it("a success that is there is fine, and a failure that is told", () => {
    expect(checkJobs(done, (path) => files[path])).toEqual([]);
    expect(checkJobs(job({ state: "failed", outcome: { success: false } }), () => undefined)).toEqual([]);
  });

  it.each([
    ["is forgotten", job(undefined), files],
    ["for ever", job({ state: "leasing" }), files],
    ["is undefined", done, {}],
    ["another world", done, { ...files, [`seeds/${sha256(seed)}/raw/${seed}.fwl`]: "another world" }],
    ["no manifest", done, { ...files, [`seeds/${sha256(seed)}/manifest.json`]: undefined }],
  ])("one that %s is told", (words, jobs, data: Record<string, string | undefined>) => {
    expect(checkJobs(jobs, (path) => data[path]).join("\n")).toContain(words);
  });
});

describe("in the end", () => {
  const expected = { wanted: ["a"], allowed: ["b"], proven: ["t1"] };
  const proof = "warm-seeded:t1-0123456789ab";

  it("what is wanted and what may be is fine", () => {
    expect(findLeftovers({ names: ["a", "b"], proofs: [proof] }, expected)).toEqual([]);
  });

  it.each([
    ["left over: c", ["a", "c"], []],
    ["missing: a", [], []],
    ["left over: warm-seeded:t1-ffffffffffff", ["a"], [proof, "warm-seeded:t1-ffffffffffff"]],
    ["left over: warm-seeded:t2-ffffffffffff", ["a"], ["warm-seeded:t2-ffffffffffff"]],
  ])("%s is told", (words, names, proofs) => {
    expect(findLeftovers({ names, proofs }, expected).join("\n")).toContain(words);
  });
});

it("faults of warm itself are told, whoever is told of them", () => {
  const error = { atMs: 1, does: "lease", message: "m" };
  expect(checkErrors({ errors: [{ ...error, code: "no-watcher" }] })).toEqual([]);
  expect(checkErrors({ errors: [{ ...error, code: "internal" }] })).toHaveLength(1);
  expect(checkLog('{"level":"error","code":"deadline"}\n{"level":"de')).toEqual([]);
  expect(checkLog('{"level":"warn","code":"internal"}\n')).toHaveLength(1);
  expect(checkLog("TypeError: x is not a function\n")).toHaveLength(1);
});

it("memory that grows is told", () => {
  expect(checkMemory(Array.from({ length: 100 }, () => 80))).toEqual([]);
  expect(checkMemory(Array.from({ length: 100 }, (_, second) => 80 + second))).toHaveLength(1);
});
