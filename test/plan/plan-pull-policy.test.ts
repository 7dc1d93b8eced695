import { expect, it } from "vitest";
import { NO_OPTIONS, planProject } from "../../src/plan/plan-project.js";
import { buildDesired, buildWarm } from "./builders.js";
import { printPlan } from "./print-plan.js";

it("an image that may not be pulled is not pulled again on request either", () => {
  const pull = { concurrency: 4, policy: "never", retries: 3, idleTimeoutMs: 120_000 } as const;
  const desired = buildDesired({ pull });
  const options = { ...NO_OPTIONS, replace: ["image.img-a:1"] };
  expect(printPlan(planProject(desired, buildWarm(desired), options))).toMatchInlineSnapshot(`
    "
    ! image.img-a:1 (requested) held by pull.policy is never
    "
  `);
});
