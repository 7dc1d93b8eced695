import { type Change, isChange, type Reason } from "../../model/plan.js";
import type { PlanDocument } from "../../model/plan-document.js";
import { makeVisible } from "../text/make-visible.js";
import type { Style } from "../text/style.js";
import { formatCount } from "../text/units.js";
import { formatPlan } from "./format-plan.js";

/** What the world did, and not the file. That something is missing says nothing of who it was. */
const OUTSIDE: readonly Reason[] = [
  "drift-field",
  "drift-stopped",
  "drift-unhealthy",
  "image-moved",
  "seed-incomplete",
  "failed",
];

const isOutside = ({ reasons, fields }: Change) =>
  reasons.some((reason) => OUTSIDE.includes(reason)) || fields.some(({ cause }) => cause === "drift");

/**
 * How far a host is from its file, in a sentence.
 * @param path of the file, as it may be printed
 */
export function formatDriftSummary({ changes, summary }: PlanDocument, path: string): string {
  const differing = changes.filter(isChange);
  const all = differing.length + summary.noop;
  if (differing.length === 0)
    return `No drift. ${formatCount(all, "resource")} ${all === 1 ? "matches" : "match"} ${path}.`;
  const outside = differing.filter(isOutside).length;
  const whose = outside === 0 ? "none of them changed" : `${outside} of them changed`;
  return `Drift: ${differing.length} of ${formatCount(all, "resource")} ${differing.length === 1 ? "differs" : "differ"} from ${path}, ${whose} outside warm.`;
}

/** The same for a terminal, with what would be done about it. */
export function formatDrift(document: PlanDocument, style: Style): string {
  const last = style.bold(formatDriftSummary(document, makeVisible(document.config.path)));
  return document.changes.some(isChange) ? `${formatPlan(document, style)}\n${last}` : last;
}
