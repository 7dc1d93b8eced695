import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { WarmError } from "../../src/errors.js";
import type { PlanDocument } from "../../src/model/plan-document.js";
import { formatPlanJson } from "../../src/report/plan-text/format-plan-json.js";
import { parsePlanDocument } from "../../src/report/plan-text/parse-plan-document.js";
import { REASONS } from "../../src/report/plan-text/reasons.js";
import { buildBigPlan, buildChange, buildDocument } from "./builders.js";

interface Schema {
  readonly [key: string]: unknown;
  readonly definitions: { readonly reason: { readonly enum: readonly string[] } };
}

const schema = JSON.parse(readFileSync("schemas/plan.schema.json", "utf8")) as Schema;

/** The same schema, refusing members that it does not describe. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([key, member]) => [
    key,
    key === "if" || key === "else" ? member : closed(member),
  ]);
  const copy = Object.fromEntries(members) as Record<string, unknown>;
  return copy.type === "object" ? { ...copy, additionalProperties: false } : copy;
}

const saved = (): PlanDocument => ({
  ...buildBigPlan(),
  config: { path: "warm.yaml", sha256: "c0ffee", text: "version: 1\n", directory: "/srv" },
});

function refusal(text: string): WarmError {
  try {
    parsePlanDocument(text, "plan.json");
  } catch (error) {
    if (error instanceof WarmError) return error;
    throw error;
  }
  throw new Error("was accepted");
}

/** A document in which anything may be missing. */
interface Loose {
  changes?: { precondition?: object; fields?: object[] }[];
  summary?: object;
}

const edited = (edit: (document: Loose) => unknown): string => {
  const copy = JSON.parse(formatPlanJson(buildBigPlan())) as Loose;
  edit(copy);
  return JSON.stringify(copy);
};

describe("formatPlanJson", () => {
  const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true, strictRequired: false });
  const validate = ajv.compile(closed(schema) as object);

  it("gives documents that the published schema describes to the last member", () => {
    for (const document of [buildBigPlan(), saved(), buildDocument([])]) {
      const value = JSON.parse(formatPlanJson(document));
      expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
    }
  });

  it("has a schema that knows each reason", () => {
    expect(schema.definitions.reason.enum).toEqual(REASONS);
  });

  it("has a schema that refuses a change without a reason", () => {
    const value = JSON.parse(
      formatPlanJson(buildDocument([buildChange({ address: "image.a", reasons: [] })])),
    );
    expect(validate(value)).toBe(false);
  });

  it("gives the same text whatever the order of members", () => {
    const document = saved();
    const backwards = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(backwards);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, member]) => [key, backwards(member)]),
      );
    };
    expect(formatPlanJson(backwards(document) as PlanDocument)).toBe(formatPlanJson(document));
  });

  it("orders the members as the design does", () => {
    const change = buildChange({ address: "image.a:1" });
    expect(formatPlanJson(buildDocument([change]))).toMatchInlineSnapshot(`
      "{
        "format": "warm.plan/1",
        "digest": "p1:9a44e0c17be041aa",
        "project": "cyanprint",
        "config": {
          "path": "warm.yaml",
          "sha256": "c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ffee"
        },
        "target": {
          "id": "ABCD:EFGH",
          "endpoint": "unix:///var/run/docker.sock",
          "version": "20.10.24",
          "apiVersion": "1.41",
          "os": "linux",
          "arch": "amd64"
        },
        "options": {
          "targets": [],
          "excludes": [],
          "replace": [],
          "adopt": [],
          "destroy": false
        },
        "summary": {
          "create": 1,
          "start": 0,
          "update": 0,
          "replace": 0,
          "delete": 0,
          "conflict": 0,
          "noop": 0
        },
        "changes": [
          {
            "address": "image.a:1",
            "kind": "image",
            "name": "a:1",
            "action": "create",
            "reasons": [
              "missing"
            ],
            "fields": [],
            "dependsOn": [],
            "precondition": {
              "exists": false
            }
          }
        ],
        "notes": []
      }
      "
    `);
  });
});

describe("parsePlanDocument", () => {
  it("reads back what was written", () => {
    expect(parsePlanDocument(formatPlanJson(saved()), "plan.json")).toEqual(saved());
  });

  it("lets members through that a later minor version adds", () => {
    const text = edited((document) =>
      Object.assign(document, { format: "warm.plan/1.3", impact: { restarts: 1 } }),
    );
    expect(parsePlanDocument(text, "plan.json").project).toBe("cyanprint");
  });

  it("says of every prefix of a plan that it is cut off", () => {
    const text = formatPlanJson(buildBigPlan()).trimEnd();
    for (let length = 1; length < text.length; length += 7) {
      expect(refusal(text.slice(0, length)).message).toBe(
        "plan.json is cut off: the plan in it does not end",
      );
    }
  });

  it("says what is wrong with a file that is no plan", () => {
    const files = ["", "version: 1", "[]", "null", "{}", '{"format":7}', '{"format":"other/1"}', '{"a":1}}'];
    expect(files.map((text) => `${refusal(text).code}: ${refusal(text).message}`)).toMatchInlineSnapshot(`
      [
        "usage: plan.json is empty",
        "usage: plan.json is not JSON",
        "usage: plan.json is not a plan of warm",
        "usage: plan.json is not a plan of warm",
        "usage: plan.json is not a plan of warm",
        "usage: plan.json is not a plan of warm",
        "usage: plan.json is not a plan of warm",
        "usage: plan.json is not JSON",
      ]
    `);
  });

  it("tells apart a newer and an older major version", () => {
    const newer = refusal(edited((document) => Object.assign(document, { format: "warm.plan/2" })));
    expect([newer.code, newer.message, newer.hint]).toMatchInlineSnapshot(`
      [
        "usage",
        "plan.json was made by a newer warm (plan format 2)",
        "update warm, or make the plan anew with this one",
      ]
    `);
    const older = refusal(edited((document) => Object.assign(document, { format: "warm.plan/0" })));
    expect([older.code, older.message, older.hint]).toMatchInlineSnapshot(`
      [
        "plan-stale",
        "plan.json was made by an older warm (plan format 0)",
        "make the plan anew with \`warm plan --out FILE\`",
      ]
    `);
    expect(refusal(edited((document) => Object.assign(document, { format: "warm.plan/x" }))).code).toBe(
      "usage",
    );
  });

  it("names the first member that is wrong", () => {
    const edits: ((document: Loose) => unknown)[] = [
      (document) => delete document.changes,
      ({ changes }) => delete changes?.[2]?.precondition,
      ({ changes }) => Object.assign(changes?.[0] ?? {}, { action: "explode" }),
      ({ changes }) => Object.assign(changes?.[0] ?? {}, { precondition: { exists: true } }),
      ({ changes }) => Object.assign(changes?.[4]?.fields?.[0] ?? {}, { before: { a: 1 } }),
      (document) => Object.assign(document, { notes: "none" }),
      (document) => Object.assign(document, { options: [] }),
      ({ changes }) => changes?.pop(),
      ({ summary }) => Object.assign(summary ?? {}, { create: -1 }),
    ];
    expect(edits.map((edit) => refusal(edited(edit)).message)).toMatchInlineSnapshot(`
      [
        "plan.json is not a whole plan: changes is missing",
        "plan.json is not a whole plan: changes[2].precondition is missing",
        "plan.json is not a whole plan: changes[0].action is not one of create, start, update, replace, delete, conflict, noop",
        "plan.json is not a whole plan: changes[0].precondition.id is missing",
        "plan.json is not a whole plan: changes[4].fields[0].before is not a value",
        "plan.json is not a whole plan: notes is not a list",
        "plan.json is not a whole plan: options is not an object",
        "plan.json is not a whole plan: summary.noop is 12, but changes has 11",
        "plan.json is not a whole plan: summary.create is not a whole number",
      ]
    `);
  });
});
