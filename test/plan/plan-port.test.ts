import { expect, it } from "vitest";
import { canonicalJson } from "../../src/model/canonical.js";
import { LABEL } from "../../src/model/labels.js";
import { planProject } from "../../src/plan/plan-project.js";
import { buildDesired, buildWarm } from "./builders.js";
import { printPlan } from "./print-plan.js";

const moved = buildDesired({ templates: { a: { port: 8080 } } });

it("another port in the file replaces the container", () => {
  expect(printPlan(planProject(moved, buildWarm(buildDesired())))).toMatchInlineSnapshot(`
    "
    ± container.cyan-template-a (config-changed)
        port: 5550 -> 8080 [config, replace]
    "
  `);
});

it("a container of a version that did not note its port is left as it is", () => {
  const host = buildWarm(buildDesired());
  const containers = host.containers.map((container) => {
    const { port: _unnoted, ...spec } = JSON.parse(container.labels[LABEL.spec] ?? "");
    return { ...container, labels: { ...container.labels, [LABEL.spec]: canonicalJson(spec) } };
  });
  expect(printPlan(planProject(moved, { ...host, containers }))).toBe("\n");
});

it("a port that is no number is no spec of ours", () => {
  const host = buildWarm(buildDesired());
  const containers = host.containers.map((container) => {
    const spec = { ...JSON.parse(container.labels[LABEL.spec] ?? ""), port: "5550" };
    return { ...container, labels: { ...container.labels, [LABEL.spec]: canonicalJson(spec) } };
  });
  expect(printPlan(planProject(buildDesired(), { ...host, containers }))).toContain("labels: null");
});
