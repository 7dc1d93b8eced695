import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WarmError } from "../../src/errors.js";
import type { ApplyEvent } from "../../src/model/event.js";
import { formatError } from "../../src/report/format-error.js";
import { formatExplanation } from "../../src/report/format-explain.js";
import { formatHolder } from "../../src/report/format-holder.js";
import { formatProblems } from "../../src/report/format-problems.js";
import { formatStatus, formatStatusJson } from "../../src/report/format-status.js";
import { formatPlan } from "../../src/report/plan-text/format-plan.js";
import { formatPlanJson } from "../../src/report/plan-text/format-plan-json.js";
import { parsePlanDocument } from "../../src/report/plan-text/parse-plan-document.js";
import { formatEventLine } from "../../src/report/progress/format-events.js";
import { createNdjson } from "../../src/report/progress/format-ndjson.js";
import { formatSummary } from "../../src/report/progress/format-summary.js";
import { formatJson } from "../../src/report/text/format-json.js";
import { buildChange, buildDocument, buildField, buildStatus, host, plain } from "./builders.js";

const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(
    "\u001b[2J\u001b]0;x\u0007",
    "\u009b31m",
    "a\r\nb\tc",
    "\u202eevil\u2066",
    "\u2028\u200b\ufeff",
    "\ud800",
  ),
);

/** Nothing but line feeds may move a cursor, hide or reorder text. */
function expectTame(text: string): void {
  expect(
    text.match(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu)?.filter((character) => character !== "\n") ?? [],
  ).toEqual([]);
}

const document = (text: string) =>
  buildDocument(
    [
      buildChange({
        address: `container.${text}`,
        dependsOn: [text],
        fields: [buildField({ path: text, before: text, after: null })],
      }),
      buildChange({
        address: text,
        action: "update",
        fields: [buildField({ path: text, before: text, after: `${text}x` })],
      }),
      buildChange({ address: text, action: "conflict", reasons: ["conflict-name"], heldBy: text }),
      buildChange({ address: text, action: "noop" }),
    ],
    {
      project: text,
      digest: text,
      notes: [text],
      config: { path: text, sha256: text },
      target: { ...host, endpoint: text },
    },
  );

const events = (text: string): ApplyEvent[] => {
  const holder = { id: text, who: text, command: text, reason: text, since: text, expiresAt: text };
  return [
    { type: "lock-waiting", holder },
    { type: "lock-broken", holder },
    { type: "action-started", address: text, action: "create" },
    { type: "action-progress", address: text, action: "create", phase: "seeding", detail: text },
    { type: "action-retrying", address: text, attempt: 1, delayMs: 5, message: text },
    { type: "action-done", address: text, action: "delete", ms: 5, detail: text },
    {
      type: "action-failed",
      address: text,
      action: "start",
      code: text,
      message: text,
      hint: text,
      logs: [text],
    },
    { type: "action-skipped", address: text, action: "start", because: text },
  ];
};

const everyText = (text: string): string[] => {
  const status = {
    project: text,
    host: { ...host, endpoint: text },
    resources: [buildStatus({ address: text, state: text })],
    notes: [text],
  };
  const field = { path: text, desired: text, lastApplied: text, observed: null, line: 1 };
  const explanation = {
    status: buildStatus({ address: text }),
    action: text,
    fields: [field],
    changes: [buildField({ path: text })],
    facts: [text],
  };
  const holder = { id: text, who: text, command: text, reason: text, since: text, expiresAt: text };
  const ndjson = createNdjson({ now: () => 0, run: text });
  return [
    formatPlan(document(text), plain, { verbose: true }),
    formatPlanJson(document(text)),
    formatStatus(status, plain, 60, new Date(0)),
    formatStatusJson(status),
    formatExplanation(explanation, plain, { config: text }),
    formatHolder(holder, 0),
    formatSummary({ done: 1, failed: 0, skipped: 0, unhealthy: 0, interrupted: false }, plain, {
      config: text,
    }),
    ...events(text).flatMap((event) => [formatEventLine(event, plain) ?? "", ndjson(event)]),
  ];
};

const PROBLEM = { line: 1, column: 2, rule: "x" };

/** What has lines of its own for the text's: an error's message, and JSON of what has no other form here. */
const everyLongText = (text: string): string[] => {
  const problem = { ...PROBLEM, file: text, field: text, message: text, hint: text, excerpt: text };
  return [
    formatError(new WarmError("internal", text, { address: text, hint: text, logs: [text] }), plain),
    ...(["text", "json", "github"] as const).map((format) => formatProblems([problem], format)),
    formatJson({ [text]: [text] }),
  ];
};

describe("hostile text", () => {
  it("never drives the terminal, whatever stands in names, messages and logs", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const output of [...everyText(text), ...everyLongText(text)]) expectTame(output);
      }),
    );
  });

  it("adds no line to a report", () => {
    const lines = (text: string) => everyText(text).map((output) => output.split("\n").length);
    expect(lines("a\nb\r\nc\u2028d")).toEqual(lines("a"));
  });

  it("comes back whole from a saved plan", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(parsePlanDocument(formatPlanJson(document(text)), "plan.json")).toEqual(document(text));
      }),
    );
  });
});
