import type { Change, FieldChange } from "../../model/plan.js";
import { REDACTED } from "../../model/secret.js";
import { makeVisible } from "../text/make-visible.js";
import type { Style } from "../text/style.js";
import { displayWidth, padColumns } from "../text/text-width.js";
import { actionWords } from "./action-words.js";
import { describeCause } from "./field-cause.js";
import { formatTransition } from "./field-values.js";
import { reasonsSentence } from "./reasons.js";

export interface ChangeLayout {
  /** The config as the user named it, safe to print. */
  readonly configPath: string;
  /** Columns of the address. */
  readonly width: number;
  readonly verbose: boolean;
  /** Addresses that `--adopt` names. */
  readonly adopted: readonly string[];
}

const DETAIL_INDENT = " ".repeat(6);

/** The line of one change and its fields below it. */
export function formatChange(change: Change, layout: ChangeLayout, style: Style): string[] {
  const words = actionWords(change.action, change.kind);
  const isAdopted = change.reasons.includes("requested") && layout.adopted.includes(change.address);
  const why = isAdopted ? "taken over, as --adopt asks" : reasonsSentence(change.reasons, change.kind);
  const whose = describeSession(change) + describeSuccessor(change);
  return [
    formatHeadline(change, `${style[words.paint](words.verb)}: ${why}${whose}`, layout, style),
    ...formatFields(change, layout, style),
    ...formatWaits(change, layout, style),
  ];
}

/** A change that only a person can decide: who is in the way, and the ways out. */
export function formatConflict(change: Change, layout: ChangeLayout, style: Style): string[] {
  const label = change.reasons.includes("conflict-name") ? "held by" : "why";
  const held = change.heldBy === undefined ? [] : [[label, makeVisible(change.heldBy)]];
  const rows = [...held, ...waysOut(change, layout, style)];
  return [
    formatHeadline(
      change,
      reasonsSentence(change.reasons, change.kind) + describeSession(change),
      layout,
      style,
    ),
    ...rows.map(([name = "", text = ""]) => `${DETAIL_INDENT}${style.dim(padColumns(name, 8))}  ${text}`),
    ...formatFields(change, layout, style),
  ];
}

/** The line of a resource that stays as it is. */
export function formatUnchanged(change: Change, style: Style): string {
  return style.dim(`    ${makeVisible(change.address)}`);
}

/** A session's volume has its template's id in front, which nobody knows a session by. */
function describeSession({ session }: Change): string {
  return session === undefined ? "" : ` (session ${makeVisible(session)})`;
}

/** Who has to go first makes room for a successor in the same place. */
function describeSuccessor({ address, successor }: Change): string {
  return successor === undefined || successor === address
    ? ""
    : ` (by ${makeVisible(successor)}, ready first)`;
}

function formatHeadline(change: Change, text: string, layout: ChangeLayout, style: Style): string {
  const { symbol, paint } = actionWords(change.action, change.kind);
  return `  ${style[paint](symbol)} ${padColumns(makeVisible(change.address), layout.width)}  ${text}`;
}

function waysOut(change: Change, layout: ChangeLayout, style: Style): string[][] {
  if (change.reasons.includes("conflict-in-use")) {
    return [["to do", "stop or remove what uses it, then run warm apply again"]];
  }
  if (change.kind === "image") {
    return [
      ["to do", makeVisible(`docker pull ${change.name}`)],
      ["or", `allow pulls in ${layout.configPath}`],
    ];
  }
  return [
    ["to adopt", style.cyan(`warm apply --adopt ${makeVisible(change.address)}`)],
    ["or", `rename it in ${layout.configPath}, or remove what holds the name`],
  ];
}

const isWhole = ({ action }: Change) => action === "create" || action === "delete";

function formatFields(change: Change, layout: ChangeLayout, style: Style): string[] {
  // The fields of what comes or goes as a whole say nothing new, so they are kept for those who ask.
  const shown = isWhole(change) && !layout.verbose ? [] : change.fields;
  const rows = shown.map((field) => ({
    path: makeVisible(field.path),
    plain: describeTransition(field, "->"),
    painted: describeTransition(field, style.dim("->")),
    notes: formatFieldNotes(field, change, layout, style),
  }));
  const pathWidth = Math.max(0, ...rows.map((row) => displayWidth(row.path)));
  const valueWidth = Math.max(0, ...rows.map((row) => displayWidth(row.plain)));
  return rows.map(({ path, painted, notes }) =>
    `${DETAIL_INDENT}${padColumns(path, pathWidth)}  ${padColumns(painted, valueWidth)}  ${notes}`.trimEnd(),
  );
}

function describeTransition(field: FieldChange, arrow: string): string {
  return field.sensitive
    ? formatSecret(field, arrow)
    : formatTransition(field.path, field.before, field.after, arrow);
}

/** Whatever stands in a sensitive field, only whether it is set may be read. */
function formatSecret({ path, before, after }: FieldChange, arrow: string): string {
  const hide = (value: FieldChange["before"]) => (value === null ? null : REDACTED);
  return formatTransition(path, hide(before), hide(after), arrow);
}

/** Who changed the field and what that forces; of what comes or goes as a whole, nothing. */
function formatFieldNotes(field: FieldChange, change: Change, layout: ChangeLayout, style: Style): string {
  if (isWhole(change)) return "";
  const who = style.dim(describeCause(field, change.reasons, layout.configPath));
  return field.effect === "replace" ? `${style.red("forces replacement")}, ${who}` : who;
}

function formatWaits(change: Change, layout: ChangeLayout, style: Style): string[] {
  if (!layout.verbose) return [];
  return change.dependsOn.map((address) => style.dim(`${DETAIL_INDENT}after ${makeVisible(address)}`));
}
