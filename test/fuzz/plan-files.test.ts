import fc from "fast-check";
import { expect, it } from "vitest";
import { checkSavedPlan } from "../../src/apply/check-plan.js";
import { WarmError } from "../../src/errors.js";
import { canonicalJson, sha256 } from "../../src/model/canonical.js";
import type { Observed } from "../../src/model/observed.js";
import { isChange } from "../../src/model/plan.js";
import { PLAN_FORMAT, type PlanDocument } from "../../src/model/plan-document.js";
import { planProject } from "../../src/plan/plan-project.js";
import { formatPlanJson } from "../../src/report/plan-text/format-plan-json.js";
import { parsePlanDocument } from "../../src/report/plan-text/parse-plan-document.js";
import { buildDesired, buildObserved, buildWarm } from "../plan/builders.js";
import { fuzz } from "./fuzz.js";
import { HOSTILE_TEXTS, type Json, mutatedJson, mutatedText } from "./mutations.js";

const desired = buildDesired({ templates: { a: { env: { MODE: "fast" } }, b: {} } });
const before = buildWarm(buildDesired({ templates: { a: { env: { MODE: "slow" } }, old: {} } }));
const images = [...before.images, ...buildWarm(desired).images];
const observed = { ...before, images };
const fresh = planProject(desired, observed);
const text = "version: 1\n";

const saved: PlanDocument = {
  ...{ format: PLAN_FORMAT, digest: fresh.digest, project: fresh.project },
  config: { path: "warm.yaml", sha256: sha256(text), text, directory: "/srv" },
  ...{ target: observed.host, options: fresh.options, summary: fresh.summary },
  ...{ changes: fresh.changes.filter(isChange), notes: [] },
};
const document = formatPlanJson(saved);

/** What would be done by a saved plan; undefined where it is refused in words. */
function whatIsDone(file: string, host: Observed = observed): string | undefined {
  try {
    const plan = checkSavedPlan(parsePlanDocument(file, "plan.json"), planProject(desired, host), host);
    return canonicalJson(plan.changes.filter(isChange) as unknown as Json);
  } catch (error) {
    if (!(error instanceof WarmError) || !["usage", "plan-stale"].includes(error.code)) throw error;
    expect(error.hint).toBeTruthy();
    return undefined;
  }
}

const files = fc.oneof(
  mutatedJson([JSON.parse(document) as Json]).map((value) => JSON.stringify(value)),
  mutatedText([document], [...HOSTILE_TEXTS, "{", "}", '"', ",", "null", "delete", "noop"]),
);

it("a saved plan that was changed in any way does what was reviewed or nothing", async () => {
  const reviewed = whatIsDone(document);
  expect(reviewed).toContain('"action":"replace"');
  await fuzz({ name: "plan-files", inputs: files, runs: 300 }, (file) => {
    const done = whatIsDone(file);
    if (done !== undefined) expect(done).toBe(reviewed);
  });
});

it("a plan from elsewhere is never applied, whatever was changed in it", async () => {
  const elsewhere = { ...observed, host: { ...observed.host, id: "ANOTHER" } };
  const empty = buildObserved();
  await fuzz({ name: "plan-files-elsewhere", inputs: mutatedText([document]), runs: 100 }, (file) => {
    if (!file.includes("ANOTHER")) expect(whatIsDone(file, elsewhere)).toBeUndefined();
    expect(whatIsDone(file, empty)).toBeUndefined();
  });
});
