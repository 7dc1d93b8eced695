import type { Action, Change } from "../../model/plan.js";
import { actionWords } from "../plan-text/action-words.js";
import { reasonsSentence } from "../plan-text/reasons.js";
import { inlineCode, inlineText } from "./escape.js";

/** What a reviewer has to see: it takes something away, makes it anew, or cannot be done without a decision. */
const GRAVE: readonly Action[] = ["delete", "replace", "conflict"];
/** What is left out last comes first. */
const LIGHT: readonly Action[] = ["create", "start", "update"];
const NAMED_FIELDS = 3;

export const TABLE_HEAD = ["| | Resource | Action | Why |", "|---|---|---|---|"];

/** Those that are never left out, in the order in which they are shown. */
export const graveChanges = (changes: readonly Change[]) => inOrder(changes, GRAVE);

/** The others; the last ones may go first. */
export const lightChanges = (changes: readonly Change[]) => inOrder(changes, LIGHT);

const inOrder = (changes: readonly Change[], actions: readonly Action[]) =>
  actions.flatMap((action) => changes.filter((change) => change.action === action));

/** One line of the table. */
export function formatRow(change: Change): string {
  const { symbol, verb } = actionWords(change.action, change.kind);
  // Ours, and no text of anybody: `>` too is fine between backticks.
  const cells = [`\`${symbol}\``, inlineCode(change.address), verb, describeWhy(change)];
  return `| ${cells.join(" | ")} |`;
}

/** As short as a change can be told. */
export function formatShort(change: Change): string {
  return `${actionWords(change.action, change.kind).symbol} ${change.address}`;
}

function describeWhy(change: Change): string {
  const { reasons, kind, session, successor, address, heldBy, action } = change;
  const isWhole = action === "create" || action === "delete";
  const parts = [
    inlineText(reasonsSentence(reasons, kind)),
    ...(session === undefined ? [] : [`session ${inlineCode(session)}`]),
    ...(successor === undefined || successor === address ? [] : [`by ${inlineCode(successor)}, ready first`]),
    ...(heldBy === undefined ? [] : [inlineText(heldBy)]),
    ...(isWhole ? [] : [nameFields(change)].filter((text) => text !== "")),
  ];
  return parts.join("; ");
}

function nameFields({ fields }: Change): string {
  const named = fields.slice(0, NAMED_FIELDS).map(({ path }) => inlineCode(path));
  const rest = fields.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(", ");
}
