import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import { formatPlan } from "../../src/report/plan-text/format-plan.js";
import { formatPlanJson } from "../../src/report/plan-text/format-plan-json.js";
import { parsePlanDocument } from "../../src/report/plan-text/parse-plan-document.js";
import { buildChange, buildDocument, buildField, plain } from "./builders.js";

const created = buildChange({
  address: "volume.cyan-a-pr-1",
  session: "pr-1",
  fields: [
    buildField({ path: "session", before: null, after: "pr-1" }),
    buildField({ path: "ttl", before: null, after: 5_400_000 }),
  ],
});
const document = buildDocument([
  created,
  buildChange({
    address: "volume.cyan-a-pr-2",
    session: "pr-2",
    action: "delete",
    reasons: ["expired"],
    precondition: { exists: true, id: "2026-01-01T00:00:00Z" },
  }),
  buildChange({
    address: "image.warm-expired:demo-0123456789ab",
    action: "delete",
    reasons: ["orphaned"],
    precondition: { exists: true, id: "sha256:empty" },
  }),
  buildChange({
    address: "volume.cyan-a-b",
    action: "conflict",
    reasons: ["config-changed"],
    heldBy: "it holds what session b has written, which `prune: safe` keeps",
    fields: [buildField({ path: "role", before: "session", after: "template" })],
  }),
]);

it("a session's volume is told by the session, and what it holds is not thrown away unasked", () => {
  expect(formatPlan(document, plain, { verbose: true })).toMatchInlineSnapshot(`
    "Plan for cyanprint on unix:///var/run/docker.sock (Docker 20.10.24, linux/amd64)
    digest p1:9a44e0c17be041aa

      + volume.cyan-a-pr-1                    create: does not exist (session pr-1)
          session  (not set) -> "pr-1"
          ttl      (not set) -> 1h 30m
      - volume.cyan-a-pr-2                    delete: its time to live is over (session pr-2)
      - image.warm-expired:demo-0123456789ab  delete: marks an expired session that is no longer declared, or lives again

    Needs a decision:
      ! volume.cyan-a-b                       its configuration changed
          why       it holds what session b has written, which \`prune: safe\` keeps
          to adopt  warm apply --adopt volume.cyan-a-b
          or        rename it in warm.yaml, or remove what holds the name
          role  "session" -> "template"  forces replacement, changed in warm.yaml

    Plan: 1 to create, 0 to replace, 2 to delete, 1 conflict, 0 unchanged."
  `);
});

it("the id of a session cannot write to the terminal", () => {
  const hostile = buildDocument([{ ...created, session: "a\u001b[2Jb" }]);
  expect(formatPlan(hostile, plain)).not.toContain("\u001b");
});

it("a saved plan keeps whose volume it is, as its schema says", () => {
  const text = formatPlanJson(document);
  expect(parsePlanDocument(text, "plan.json")).toEqual(document);
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false });
  const validate = ajv.compile(JSON.parse(readFileSync("schemas/plan.schema.json", "utf8")));
  expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).toBe(true);
  expect(validate(JSON.parse(text.replace('"session": "pr-1"', '"session": 1')))).toBe(false);
});
