import type { Change } from "../../model/plan.js";
import type { PlanDocument } from "../../model/plan-document.js";
import { type ChangeLayout, formatChange } from "../plan-text/format-change.js";
import { makeVisible } from "../text/make-visible.js";
import { makeStyle } from "../text/style.js";
import { formatCount } from "../text/units.js";
import { formatRow, formatShort, graveChanges, lightChanges, TABLE_HEAD } from "./change-rows.js";
import { fenceAround, inlineText } from "./escape.js";
import { type Droppable, fitPieces } from "./fit-budget.js";

/** GitHub takes 65 536 characters; what stands around a comment needs room too. */
export const COMMENT_BYTES = 60_000;

export const ELSEWHERE = "the plan's document (`warm plan --format json`) has all of them";
const PLAIN_STYLE = makeStyle({ color: false });

/**
 * The changes of a plan between a head and a footer, within {@link COMMENT_BYTES}: what deletes, replaces or conflicts comes
 * first and is never left out without a word at the top; fields, notes, updates and creations make room for it.
 */
export function fillComment(head: string, document: PlanDocument, footer: string): string {
  const grave = graveChanges(document.changes);
  const room = COMMENT_BYTES - Buffer.byteLength(head) - Buffer.byteLength(footer) - MARGIN;
  const rows = grave.map(formatRow);
  const rowBytes = Buffer.byteLength([...TABLE_HEAD, ...rows].join("\n"));
  if (rowBytes <= room) {
    const pieces = [lightRows(document.changes), notes(document), details(document)];
    const [light = "", ...others] = fitPieces(pieces, room - rowBytes).map(({ text }) => text);
    const hasRows = rows.length > 0 || light.startsWith("|");
    const table = [...(hasRows ? TABLE_HEAD : []), ...rows, ...(light === "" ? [] : [light])].join("\n");
    return join([head, table, ...others, footer]);
  }
  return fillShort(head, grave, document, footer, room);
}

/** Room for the empty lines between the parts. */
const MARGIN = 64;

/** So much that is grave has no room for reasons: it is told by address, and what even then has no room is told at the top. */
function fillShort(
  head: string,
  grave: readonly Change[],
  document: PlanDocument,
  footer: string,
  room: number,
): string {
  const lines = grave.map((change) => makeVisible(formatShort(change)));
  const piece: Droppable = {
    lines,
    frame: fenceAround(lines),
    sayMissing: (count) => `**${tooMany(count)}**`,
  };
  const light = lightChanges(document.changes).length;
  const others = light === 0 ? "" : `${formatCount(light, "other change")} have no room here: ${ELSEWHERE}.`;
  const [list = { text: "", missing: 0 }] = fitPieces([piece], room - Buffer.byteLength(others) - LOUD_BYTES);
  const { text, missing } = list;
  const loud = missing > 0 ? `> [!CAUTION]\n> **${tooMany(missing)}**\n` : "";
  return join([head, loud, text, others, footer]);
}

const LOUD_BYTES = 300;
const tooMany = (count: number) =>
  `${count} more that delete, replace or conflict have no room here. Read them before you approve: ${ELSEWHERE}.`;

function lightRows(changes: readonly Change[]): Droppable {
  return {
    lines: lightChanges(changes).map(formatRow),
    sayMissing: (count) => `\n${count} rows that only create, start or update are left out: ${ELSEWHERE}.`,
  };
}

function notes({ notes: texts }: PlanDocument): Droppable {
  return {
    lines: texts.map((note) => `- ${inlineText(note)}`),
    frame: ["Notes:\n", ""],
    sayMissing: (count) => `${formatCount(count, "note")} left out.`,
  };
}

/** The fields of what changes in part, as the terminal shows them. */
function details({ changes, config, options }: PlanDocument): Droppable {
  const layout: ChangeLayout = {
    configPath: makeVisible(config.path),
    width: 0,
    verbose: false,
    adopted: options.adopt,
  };
  const withFields = [...graveChanges(changes), ...lightChanges(changes)].filter(
    ({ action, fields }) => fields.length > 0 && (action === "replace" || action === "update"),
  );
  const blocks = withFields.map((change) => formatChange(change, layout, PLAIN_STYLE).join("\n"));
  const [open, close] = fenceAround(blocks);
  const count = withFields.reduce((sum, { fields }) => sum + fields.length, 0);
  return {
    // A change is shown whole or not at all.
    lines: blocks,
    frame: [
      `<details><summary>${formatCount(count, "field")}</summary>\n\n${open}`,
      `${close}\n\n</details>`,
    ],
    sayMissing: (missing) => `Fields of ${formatCount(missing, "change")} are left out: ${ELSEWHERE}.`,
  };
}

const join = (parts: readonly string[]) =>
  parts
    .map((part) => part.trimEnd())
    .filter((part) => part !== "")
    .join("\n\n");
