import { expect, it } from "vitest";
import type { Change, Plan } from "../../src/model/plan.js";
import type { Desired } from "../../src/model/resource.js";
import { forecastPlan } from "../../src/plan/forecast/forecast-plan.js";
import { NO_OPTIONS, planProject } from "../../src/plan/plan-project.js";
import { buildChange } from "../report/builders.js";
import { buildDesired, buildForeignContainer, buildObserved, buildWarm } from "./builders.js";
import { aPool } from "./engine-builders.js";

const planOf = (changes: readonly Change[], adopt: readonly string[] = []): Plan => ({
  ...planProject(buildDesired(), buildObserved()),
  options: { ...NO_OPTIONS, adopt },
  changes,
});
const pool = aPool();
const desired: Desired = buildDesired({ pools: [pool] });
const engine = (parts: Partial<Change>) =>
  buildChange({ address: `engine.${pool.id}/1`, action: "replace", reasons: ["config-changed"], ...parts });
const downtime = (change: Change) => forecastPlan(planOf([change]), desired, { reach: "address" }).downtime;

it("an engine that goes before its successor is missing for its ready time-out, one with a successor beside it is not", () => {
  const alone = [{ address: `engine.${pool.id}/1`, cause: "same-slot", atMostMs: pool.ready.timeoutMs }];
  expect(downtime(engine({ successor: `engine.${pool.id}/1` }))).toEqual(alone);
  expect(downtime(engine({}))).toEqual(alone);
  expect(downtime(engine({ successor: `engine.${pool.id}/2` }))).toEqual([]);
});

it("what does not serve now loses nothing by being made anew", () => {
  expect(downtime(engine({ reasons: ["failed"] }))).toEqual([]);
  const container = { address: "container.cyan-template-a", action: "replace" } as const;
  expect(downtime(buildChange({ ...container, reasons: ["parent-replaced"] }))).toHaveLength(1);
  expect(downtime(buildChange({ ...container, reasons: ["parent-replaced", "drift-stopped"] }))).toEqual([]);
  expect(downtime(buildChange({ ...container, reasons: ["config-changed"] }))).toEqual([]);
});

it("a volume is lost if nobody can fill it again: a session's, and one that was somebody else's", () => {
  const lost = (change: Change, adopt: readonly string[] = []) =>
    forecastPlan(planOf([change], adopt), desired, { reach: "address" }).dataLoss;
  const volume = { address: "volume.cyan-a", reasons: ["requested"] } as const;
  expect(lost(buildChange({ ...volume, action: "replace" }))).toEqual([]);
  expect(lost(buildChange({ ...volume, action: "replace" }), ["volume.cyan-a"])).toEqual(["volume.cyan-a"]);
  expect(lost(buildChange({ ...volume, action: "delete", session: "s" }))).toEqual(["volume.cyan-a"]);
  expect(lost(buildChange({ ...volume, action: "delete" }))).toEqual([]);
});

it("ports of this machine are counted where containers are reached by them alone", () => {
  const plan = planProject(desired, buildObserved());
  const published = forecastPlan(plan, desired, { reach: "published" }).loopbackPorts;
  expect(published).toBe(1 + pool.ports.length * plan.changes.filter(({ kind }) => kind === "engine").length);
  expect(forecastPlan(plan, desired, { reach: "address" }).loopbackPorts).toBe(0);
});

it("a host that matches costs nothing, strangers on it or not", () => {
  const warm = buildWarm(buildDesired());
  const observed = { ...warm, containers: [...warm.containers, buildForeignContainer()] };
  expect(forecastPlan(planProject(buildDesired(), observed), buildDesired(), observed)).toEqual({
    pulls: [],
    downtime: [],
    dataLoss: [],
    loopbackPorts: 0,
  });
});
