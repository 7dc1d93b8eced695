import { describe, expect, it } from "vitest";
import type { EngineState } from "../../src/model/engine.js";
import type { PoolSize } from "../../src/model/pool.js";
import { adaptDemand, currentSizes } from "../../src/pool/scale/adapt-demand.js";
import { aDemand, aPool } from "../plan/engine-builders.js";
import { WALL_MS } from "./builders.js";

const poolOfSize = (min: number, max: number, spare: number) =>
  aPool({ policy: { size: { min, max, spare } } });
const sized = (min: number, max: number, spare: number) =>
  new Map<string, PoolSize>([["p", { min, max, spare }]]);
const demand = (target: number, ...states: EngineState[]) =>
  new Map([
    ["p", { target, engines: new Map(states.map((state, index) => [`e${index}`, aDemand({ state })])) }],
  ]);
const targetUnder = (...args: Parameters<typeof adaptDemand>) => adaptDemand(...args).get("p")?.target;

describe("the demand under another file", () => {
  it("keeps the target of a pool whose size is left alone", () => {
    expect(targetUnder(demand(5, "ready"), sized(1, 6, 1), [poolOfSize(1, 6, 1)], WALL_MS)).toBe(5);
  });

  it.each([
    [[4, 6, 1], 4],
    [[1, 4, 1], 3],
    [[1, 6, 2], 4],
    [[0, 1, 1], 1],
  ] as const)(
    "counts a pool of size %j anew: what is in use and what is spare, within its bounds",
    ([min, max, spare], target) => {
      const used = demand(5, "leased", "resetting", "ready", "starting");
      expect(targetUnder(used, sized(1, 6, 1), [poolOfSize(min, max, spare)], WALL_MS)).toBe(target);
    },
  );

  it("counts what is verified as in use, and what is of no use not", () => {
    const used = demand(0, "verifying", "quarantined", "error", "draining");
    expect(targetUnder(used, new Map(), [poolOfSize(0, 9, 0)], WALL_MS)).toBe(1);
  });

  it("knows a pool that is new, and keeps what is in use of one that has left the file", () => {
    expect(targetUnder(new Map(), new Map(), [poolOfSize(2, 3, 0)], WALL_MS)).toBe(2);
    expect(adaptDemand(demand(4, "leased"), sized(1, 6, 1), [], WALL_MS)).toEqual(demand(4, "leased"));
  });

  it("has the size of the hour where a schedule says another", () => {
    const nightly = {
      cron: "0 8 * * *",
      timeZone: "UTC",
      forMs: 3_600_000,
      size: { min: 4, max: 8, spare: 0 },
    };
    const pool = aPool({ policy: { size: { min: 1, max: 1, spare: 0 }, schedule: [nightly] } });
    expect(currentSizes([pool], WALL_MS + 60_000).get("p")).toEqual({ min: 4, max: 8, spare: 0 });
    expect(currentSizes([pool], WALL_MS - 60_000).get("p")).toEqual({ min: 1, max: 1, spare: 0 });
  });
});
