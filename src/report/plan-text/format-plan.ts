import { type Change, isChange, type PlanSummary } from "../../model/plan.js";
import type { PlanDocument } from "../../model/plan-document.js";
import { makeVisible } from "../text/make-visible.js";
import type { Style } from "../text/style.js";
import { displayWidth } from "../text/text-width.js";
import { formatCount } from "../text/units.js";
import { type ChangeLayout, formatChange, formatConflict, formatUnchanged } from "./format-change.js";
import { describeForecast } from "./format-forecast.js";

export interface PlanTextOptions {
  /** Adds what is unchanged, the fields of created and deleted resources, what waits for what, and the digest. */
  readonly verbose?: boolean;
  /** The plan removes all that is ours; by default what the document says of itself. */
  readonly destroy?: boolean;
}

/** Addresses wider than this do not push the sentences of the others to the right. */
const MAX_ALIGNED = 64;

/**
 * A plan for people, in the order of the document and without times: the same document always gives the same text.
 * The last line is the summary. No line feed at the end.
 */
export function formatPlan(document: PlanDocument, style: Style, options: PlanTextOptions = {}): string {
  const { verbose = false, destroy = document.options.destroy } = options;
  const changes = document.changes.filter((change) => isChange(change) && change.action !== "conflict");
  const conflicts = document.changes.filter((change) => change.action === "conflict");
  const unchanged = verbose ? document.changes.filter((change) => !isChange(change)) : [];
  const layout: ChangeLayout = {
    configPath: makeVisible(document.config.path),
    width: alignedWidth([...changes, ...conflicts]),
    verbose,
    adopted: document.options.adopt,
  };
  const hasBody = changes.length + conflicts.length + unchanged.length > 0;
  const sections = [
    hasBody ? [formatHeader(document, destroy, verbose, style)] : [],
    changes.flatMap((change) => formatChange(change, layout, style)),
    titled(
      "Needs a decision:",
      conflicts.flatMap((change) => formatConflict(change, layout, style)),
      style,
    ),
    titled(
      "Unchanged:",
      unchanged.map((change) => formatUnchanged(change, style)),
      style,
    ),
    titled(
      "Expected:",
      describeForecast(document.forecast).map((sentence) => `  ${sentence}`),
      style,
    ),
    titled(
      "Notes:",
      document.notes.map((note) => `  ${makeVisible(note)}`),
      style,
    ),
    [style.bold(formatPlanSummary(document, destroy))],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

const titled = (title: string, lines: readonly string[], style: Style) =>
  lines.length === 0 ? [] : [style.bold(title), ...lines];

function alignedWidth(changes: readonly Change[]): number {
  const widths = changes.map((change) => displayWidth(makeVisible(change.address)));
  return Math.max(0, ...widths.filter((width) => width <= MAX_ALIGNED));
}

function formatHeader(document: PlanDocument, destroy: boolean, verbose: boolean, style: Style): string {
  const { endpoint, version, os, arch } = document.target;
  const what = destroy ? "Plan to delete all that warm made for" : "Plan for";
  const host = makeVisible(`${endpoint} (Docker ${version}, ${os}/${arch})`);
  const digest = verbose ? `\n${style.dim(`digest ${makeVisible(document.digest)}`)}` : "";
  return `${what} ${style.bold(makeVisible(document.project))} on ${host}${digest}`;
}

/** The last line of a plan: what it would do in numbers, or that there is nothing to do. */
export function formatPlanSummary(document: PlanDocument, destroy = document.options.destroy): string {
  const { summary } = document;
  if (countChanges(summary) > 0) return `Plan: ${summaryParts(summary).join(", ")}.`;
  if (destroy)
    return `No changes. Nothing that warm made for ${makeVisible(document.project)} is on the host.`;
  const match = summary.noop === 1 ? "matches" : "match";
  return `No changes. ${formatCount(summary.noop, "resource")} ${match} ${makeVisible(document.config.path)}.`;
}

function countChanges({ noop: _unchanged, ...changes }: PlanSummary): number {
  return Object.values(changes).reduce((sum, count) => sum + count, 0);
}

function summaryParts(summary: PlanSummary): string[] {
  const part = (count: number, text: string, isAlwaysShown = false) =>
    isAlwaysShown || count > 0 ? [text] : [];
  return [
    part(summary.create, `${summary.create} to create`, true),
    part(summary.start, `${summary.start} to start`),
    part(summary.update, `${summary.update} to update`),
    part(summary.replace, `${summary.replace} to replace`, true),
    part(summary.delete, `${summary.delete} to delete`, true),
    part(summary.conflict, formatCount(summary.conflict, "conflict")),
    part(summary.noop, `${summary.noop} unchanged`, true),
  ].flat();
}
