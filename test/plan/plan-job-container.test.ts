import { expect, it } from "vitest";
import type { EngineDemand } from "../../src/model/engine.js";
import { LABEL } from "../../src/model/labels.js";
import { jobAddress, jobContainerName } from "../../src/model/names.js";
import type { ObservedContainer } from "../../src/model/observed.js";
import { NO_OPTIONS, planProject } from "../../src/plan/plan-project.js";
import { buildForeignContainer, buildWarm } from "./builders.js";
import { anEngine, demandOf, poolOf } from "./engine-builders.js";
import { desiredOf } from "./engine-hosts.js";
import { printPlan } from "./print-plan.js";

const pool = poolOf(1);
const engine = anEngine(pool, 1);

const labelsOf = (engineId: string, project = "demo") => ({
  [LABEL.project]: project,
  [LABEL.address]: jobAddress("job-7"),
  [LABEL.engine]: engineId,
});

/** The container that a job of the engine has for itself, by its labels. */
function aJobContainer(parts: Partial<ObservedContainer> = {}, project = "demo"): ObservedContainer {
  const labels = labelsOf(engine.id, project);
  return buildForeignContainer({ id: "job", name: jobContainerName(engine.name), labels, ...parts });
}

function planWith(demand: Partial<EngineDemand> | undefined, job = aJobContainer(), parts = {}) {
  const desired = { ...desiredOf(pool), ...parts };
  const warm = buildWarm(desired);
  const observed = { ...warm, containers: [...warm.containers, job] };
  return planProject(desired, observed, NO_OPTIONS, demand && demandOf(pool, 1, { 1: demand }));
}

it("a job's own container is left alone while its engine is leased, frozen or not, whatever state it is in itself", () => {
  for (const state of ["created", "running", "exited"] as const)
    expect(printPlan(planWith({ state: "leased" }, aJobContainer({ state })))).toBe("\n");
  expect(printPlan(planWith({ state: "leased", isLastJob: true, due: "requested" }))).not.toContain(
    "engine-p-1-job",
  );
});

it("a job's own container that outlived its lease is removed, and is no engine: none is made or removed for it", () => {
  for (const state of ["ready", "resetting", "verifying"] as const)
    expect(printPlan(planWith({ state }))).toMatchInlineSnapshot(`
      "
      - container.cyan-engine-p-1-job (expired)
      "
    `);
  expect(printPlan(planWith(undefined))).toContain("- container.cyan-engine-p-1-job (expired)");
});

it("what a job has left goes whatever is pruned, with its engine gone too", () => {
  const desired = { prune: "none" } as const;
  expect(printPlan(planWith({ state: "ready" }, undefined, desired))).toContain(
    "- container.cyan-engine-p-1-job",
  );
  const orphan = aJobContainer({ labels: labelsOf("an-engine-that-is-gone") });
  expect(printPlan(planWith({ state: "leased" }, orphan))).toContain("- container.cyan-engine-p-1-job");
});

it("a job's container of another project is not ours", () => {
  expect(printPlan(planWith({ state: "ready" }, aJobContainer({}, "other")))).toBe("\n");
});

it("who has everything removed has the containers of jobs removed too", () => {
  const desired = desiredOf(pool);
  const warm = buildWarm(desired);
  const observed = { ...warm, containers: [...warm.containers, aJobContainer()] };
  const options = { ...NO_OPTIONS, destroy: true };
  const plan = planProject(desired, observed, options, demandOf(pool, 1, { 1: { state: "leased" } }));
  expect(printPlan(plan)).toContain("- container.cyan-engine-p-1-job (expired)");
});
