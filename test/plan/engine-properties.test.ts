import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Demand, EngineDemand, EngineState } from "../../src/model/engine.js";
import { isQuarantineName, parseEngineAddress } from "../../src/model/names.js";
import type { Observed } from "../../src/model/observed.js";
import { type Change, isChange, type Plan } from "../../src/model/plan.js";
import { NO_OPTIONS, planProject } from "../../src/plan/plan-project.js";
import { type Scene, sceneArbitrary } from "./engine-arbitraries.js";
import { printPlan } from "./print-plan.js";
import { simulateApply } from "./simulate-apply.js";

const RUNS = { numRuns: 500 };
const planOf = ({ desired, host, demand }: Scene): Plan => planProject(desired, host, NO_OPTIONS, demand);
const enginesOf = (plan: Plan) =>
  plan.changes.filter((change) => change.kind === "engine" && isChange(change));
const idOf = ({ precondition }: Change) => (precondition.exists ? precondition.id : "");

function knownOf(demand: Demand): ReadonlyMap<string, EngineDemand> {
  return new Map([...demand.values()].flatMap(({ engines }) => [...engines]));
}

const BUSY: ReadonlySet<EngineState> = new Set(["leased", "resetting", "verifying"]);
const LIVING = new Set(["running", "paused"]);

/** IDs of the engines that somebody uses. */
function busyIn({ host, demand }: Scene): Set<string> {
  const known = knownOf(demand);
  const busy = host.containers.filter(
    ({ id, name, state }) =>
      BUSY.has(known.get(id)?.state ?? "ready") && LIVING.has(state) && !isQuarantineName(name),
  );
  return new Set(busy.map(({ id }) => id));
}

/** The host after an apply: what was starting is ready, and who used an engine for the last time has given it back. */
function apply(scene: Scene, run: number): Scene {
  const host = simulateApply(scene.desired, planOf(scene), scene.host, run);
  const demand = [...scene.demand].map(([pool, { target, engines }]) => {
    const later = [...engines].map(
      ([id, one]) => [id, one.state === "starting" ? { ...one, state: "ready" as const } : one] as const,
    );
    return [pool, { target, engines: new Map(later) }] as const;
  });
  const settled: Observed = {
    ...host,
    containers: host.containers.map((one) =>
      one.health === "starting" ? { ...one, health: "healthy" } : one,
    ),
  };
  return { ...scene, host: settled, demand: new Map(demand) };
}

describe("over generated pools, hosts and leases", () => {
  it("what somebody uses is in no change, but for what stands in for a last job", () => {
    fc.assert(
      fc.property(sceneArbitrary, (scene) => {
        const busy = busyIn(scene);
        const known = knownOf(scene.demand);
        for (const change of enginesOf(planOf(scene)).filter((one) => busy.has(idOf(one)))) {
          expect(known.get(idOf(change))).toMatchObject({ state: "leased", isLastJob: true });
          expect(change).toMatchObject({ action: "replace", reasons: ["recycle-jobs"] });
          expect(change.successor).not.toBe(change.address);
        }
      }),
      RUNS,
    );
  });

  it("what is not ours is in no change, nor in quarantine before its time or its pool is over", () => {
    fc.assert(
      fc.property(sceneArbitrary, (scene) => {
        const kept = scene.host.containers.filter(({ name }) => isQuarantineName(name)).map(({ id }) => id);
        for (const change of enginesOf(planOf(scene))) {
          expect(idOf(change)).not.toMatch(/^foreign/);
          if (kept.includes(idOf(change))) expect(["expired", "orphaned"]).toContain(change.reasons[0]);
        }
      }),
      RUNS,
    );
  });

  it("planning after an apply finds nothing once what was starting is ready", () => {
    fc.assert(
      fc.property(sceneArbitrary, (scene) => {
        const hasStarting =
          [...knownOf(scene.demand).values()].some(({ state }) => state === "starting") ||
          scene.host.containers.some(({ health }) => health === "starting");
        const once = apply(scene, 1);
        if (!hasStarting) expect(printPlan(planOf(once))).toBe("\n");
        expect(printPlan(planOf(apply(apply(once, 2), 3)))).toBe("\n");
      }),
      RUNS,
    );
  });

  it("there are as many engines as are needed, or as many as are in use", () => {
    fc.assert(
      fc.property(sceneArbitrary, (scene) => {
        const end = apply(apply(apply(scene, 1), 2), 3);
        const known = knownOf(end.demand);
        const busy = busyIn(end);
        for (const pool of end.desired.pools) {
          const { min, max, spare } = pool.policy.size;
          const target = end.demand.get(pool.id)?.target ?? Math.min(max, Math.max(min, spare));
          const engines = end.host.containers.filter(
            ({ id, name, labels }) =>
              labels["warm.project"] === "demo" &&
              parseEngineAddress(labels["warm.address"] ?? "")?.pool === pool.id &&
              !isQuarantineName(name) &&
              known.get(id)?.state !== "quarantined",
          );
          // Those stand in nobody's way: they go as soon as they are given back.
          const lastJobs = engines.filter(
            ({ id }) =>
              busy.has(id) && known.get(id)?.isLastJob === true && known.get(id)?.state === "leased",
          );
          const used = engines.filter(({ id }) => busy.has(id)).length - lastJobs.length;
          expect(engines.length - lastJobs.length).toBe(Math.max(target, used));
        }
      }),
      RUNS,
    );
  });

  it("the order of pools and containers changes nothing", () => {
    fc.assert(
      fc.property(sceneArbitrary, ({ desired, host, demand }) => {
        const backwards = {
          desired: { ...desired, pools: desired.pools.toReversed() },
          host: { ...host, containers: host.containers.toReversed() },
          demand: new Map([...demand].toReversed()),
        };
        expect(planOf(backwards)).toEqual(planOf({ desired, host, demand }));
      }),
      RUNS,
    );
  });

  it("every change has an address of its own, and no two engines are made in one place or where a name is held", () => {
    fc.assert(
      fc.property(sceneArbitrary, (scene) => {
        const plan = planOf(scene);
        expect(new Set(plan.changes.map(({ address }) => address)).size).toBe(plan.changes.length);
        const makers = enginesOf(plan).filter(({ action }) => action === "create" || action === "replace");
        const places = makers.map(({ address, successor = address }) => successor);
        expect(new Set(places).size).toBe(places.length);
        for (const change of makers) {
          const place = parseEngineAddress(change.successor ?? change.address);
          const holder = scene.host.containers.find(
            ({ name }) => name === `cyan-engine-${place?.pool}-${place?.slot}`,
          );
          expect([undefined, idOf(change)]).toContain(holder?.id);
        }
      }),
      RUNS,
    );
  });

  it("no more engines that serve are replaced at a time than a rollout allows, and all wait for what is in the plan", () => {
    fc.assert(
      fc.property(sceneArbitrary, (scene) => {
        const plan = planOf(scene);
        const all = new Map(plan.changes.map((change) => [change.address, change]));
        for (const { id, policy } of scene.desired.pools) {
          const rolled = enginesOf(plan).filter(
            ({ action, address, successor, reasons }) =>
              action === "replace" &&
              parseEngineAddress(address)?.pool === id &&
              successor !== address &&
              reasons.join() !== "recycle-jobs",
          );
          const free = rolled.filter(({ dependsOn }) => !dependsOn.some((one) => one.startsWith("engine.")));
          expect(free.length).toBeLessThanOrEqual(policy.rollout.surge + policy.rollout.unavailable);
          for (const { dependsOn } of rolled)
            for (const address of dependsOn) expect(all.has(address)).toBe(true);
        }
      }),
      RUNS,
    );
  });
});
