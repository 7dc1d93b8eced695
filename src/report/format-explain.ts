import { ACTIONS, type Action, type FieldChange, type FieldValue } from "../model/plan.js";
import { REDACTED } from "../model/secret.js";
import type { Explanation, FieldSides, ResourceStatus } from "../model/status.js";
import { actionWords } from "./plan-text/action-words.js";
import { describeCause } from "./plan-text/field-cause.js";
import { formatFieldValue } from "./plan-text/field-values.js";
import { reasonsSentence } from "./plan-text/reasons.js";
import { alignRows } from "./text/format-table.js";
import { makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";
import { cutMiddle } from "./text/text-width.js";

export interface ExplanationOptions {
  /** The config as the user named it. */
  readonly config?: string;
}

const MAX_VALUE = 40;

/** Why a resource is, or is not, in sync; the verdict is the first line. No line feed at the end. */
export function formatExplanation(
  explanation: Explanation,
  style: Style,
  { config = "warm.yaml" }: ExplanationOptions = {},
): string {
  const configPath = makeVisible(config);
  const sections = [
    [formatVerdict(explanation, style), formatCondition(explanation)],
    formatSides(explanation, configPath, style),
    explanation.facts.map((fact) => `- ${makeVisible(fact)}`),
    [formatOutlook(explanation, configPath)],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function formatVerdict({ status }: Explanation, style: Style): string {
  const address = style.bold(makeVisible(status.address));
  const why = reasonsSentence(status.reasons, status.kind);
  const because = why === "" ? "" : `: ${why}`;
  if (status.sync === "in-sync") return `${address} is ${style.green("in sync")}${because}`;
  const verdict = status.sync === "conflict" ? style.red("in conflict") : style.yellow("out of sync");
  return `${address} is ${verdict}${because}`;
}

function formatCondition({ status }: Explanation): string {
  const health = status.health === undefined ? "" : `, ${status.health}`;
  const name =
    status.address === `${status.kind}.${status.name}` ? "" : ` (${makeVisible(status.name)} in Docker)`;
  return `${status.kind} ${makeVisible(status.state)}${health}${name}`;
}

function formatSides(explanation: Explanation, configPath: string, style: Style): string[] {
  const { fields, changes, status, action } = explanation;
  if (fields.length === 0) return [];
  // Of what comes or goes as a whole, no field has changed.
  const isWhole = action === "create" || action === "delete";
  const heading = ["", "FIELD", configPath, "LAST APPLIED", "HOST", ""].map((text) => style.dim(text));
  const rows = fields.map((field) => {
    const change = changes.find(({ path }) => path === field.path);
    const isMarked = change !== undefined && !isWhole;
    const values = [field.desired, field.lastApplied, field.observed].map((value) =>
      change?.sensitive && value !== null && value !== undefined ? REDACTED : formatSide(field.path, value),
    );
    const note = isMarked ? describeChange(change, field, status, configPath) : "";
    return [isMarked ? style.yellow("*") : "", makeVisible(field.path), ...values, note];
  });
  return alignRows([heading, ...rows]);
}

function formatSide(path: string, value: FieldValue | undefined): string {
  return value === undefined ? "-" : cutMiddle(formatFieldValue(path, value), MAX_VALUE);
}

/** Who changed the field and what that forces. */
function describeChange(
  change: FieldChange,
  field: FieldSides,
  status: ResourceStatus,
  configPath: string,
): string {
  const line = change.line ?? field.line;
  const located = line === undefined ? change : { ...change, line };
  const who = describeCause(located, status.reasons, configPath);
  return change.effect === "replace" ? `${who}, forces replacement` : who;
}

const isAction = (text: string): text is Action => ACTIONS.some((action) => action === text);

function formatOutlook({ action, status, changes }: Explanation, configPath: string): string {
  if (!isAction(action)) return `warm apply would ${makeVisible(action)} it.`;
  if (action === "noop") return "warm apply would leave it as it is.";
  if (action === "conflict") {
    return `warm apply would not touch it until you decide: warm plan shows how, or change ${configPath}.`;
  }
  const [verb = "", ...how] = actionWords(action, status.kind).verb.split(" ");
  const forcing = changes
    .filter((change) => change.effect === "replace")
    .map((change) => makeVisible(change.path));
  const because =
    action === "replace" && forcing.length > 0 ? `, as ${forcing.join(", ")} cannot change in place` : "";
  return `warm apply would ${[verb, "it", ...how].join(" ")}${because}.`;
}
