import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import { formatPlan } from "../../src/report/plan-text/format-plan.js";
import { formatPlanJson } from "../../src/report/plan-text/format-plan-json.js";
import { parsePlanDocument } from "../../src/report/plan-text/parse-plan-document.js";
import { buildChange, buildDocument, buildField, plain } from "./builders.js";

const stands = { exists: true, id: "4f53cda18c2b" } as const;
const old = buildChange({
  address: "engine.valheim/1",
  action: "replace",
  reasons: ["recycle-age"],
  successor: "engine.valheim/4",
  precondition: stands,
});
const document = buildDocument([
  old,
  buildChange({
    address: "engine.valheim/2",
    action: "replace",
    reasons: ["config-changed"],
    successor: "engine.valheim/2",
    dependsOn: ["engine.valheim/1"],
    fields: [
      buildField({ path: "resources.swap", before: 0, after: 512 * 2 ** 20, line: 9 }),
      buildField({ path: "logs.maxSize", before: 10 * 2 ** 20, after: 2 ** 20 }),
      buildField({ path: "resources.pids", before: 512, after: 0 }),
    ],
    precondition: stands,
  }),
  buildChange({ address: "engine.valheim/5", reasons: ["scale-up"] }),
  ...(["recycle-jobs", "recycle-memory", "failed", "surplus", "requested", "expired"] as const).map(
    (reason, index) =>
      buildChange({
        address: `engine.valheim/${index + 6}`,
        action: "delete",
        reasons: [reason],
        precondition: stands,
      }),
  ),
]);

it("an engine's replacement says who stands in for it, and why", () => {
  expect(formatPlan(document, plain)).toMatchInlineSnapshot(`
    "Plan for cyanprint on unix:///var/run/docker.sock (Docker 20.10.24, linux/amd64)

      ± engine.valheim/1   replace: older than its time to live (by engine.valheim/4, ready first)
      ± engine.valheim/2   replace: its configuration changed
          resources.swap  0 B -> 512 MiB    forces replacement, changed in warm.yaml:9
          logs.maxSize    10 MiB -> 1 MiB   forces replacement, changed in warm.yaml
          resources.pids  512 -> unlimited  forces replacement, changed in warm.yaml
      + engine.valheim/5   create: more engines are needed
      - engine.valheim/6   delete: has run its number of jobs
      - engine.valheim/7   delete: uses more memory than it may
      - engine.valheim/8   delete: failed
      - engine.valheim/9   delete: more engines than needed
      - engine.valheim/10  delete: asked for
      - engine.valheim/11  delete: its time is over

    Plan: 1 to create, 2 to replace, 6 to delete, 0 unchanged."
  `);
});

it("the successor cannot write to the terminal", () => {
  const hostile = buildDocument([{ ...old, successor: "engine.a\u001b[2Jb/4" }]);
  expect(formatPlan(hostile, plain)).not.toContain("\u001b");
});

it("a saved plan keeps the successor, as its schema says", () => {
  const text = formatPlanJson(document);
  expect(parsePlanDocument(text, "plan.json")).toEqual(document);
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false });
  const validate = ajv.compile(JSON.parse(readFileSync("schemas/plan.schema.json", "utf8")));
  expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true);
  const wrong = text.replace('"successor": "engine.valheim/4"', '"successor": 4');
  expect(validate(JSON.parse(wrong))).toBe(false);
  expect(() => parsePlanDocument(wrong, "plan.json")).toThrow("changes[0].successor is not a text");
});
