import type { PlanDocument } from "../../model/plan-document.js";
import { describeForecast } from "../plan-text/format-forecast.js";
import { formatPlanSummary } from "../plan-text/format-plan.js";
import { formatCount } from "../text/units.js";
import { formatMarker, inlineCode, inlineText } from "./escape.js";
import { ELSEWHERE, fillComment } from "./fill-comment.js";

export interface CommentOptions {
  /** Names the place that the plan is for, where one file has several. */
  readonly environment?: string | undefined;
}

/**
 * A plan as the comment of a pull request: the first line is the marker by which it is found again, the second has the
 * digest. What deletes, replaces or conflicts comes first and is never left out without a word at the very top; fields,
 * updates and creations make room for it. Within 60 000 bytes. The same document always gives the same text.
 */
export function formatPlanComment(document: PlanDocument, options: CommentOptions = {}): string {
  const { project, config, digest, changes } = document;
  const { environment } = options;
  const marks = [formatMarker("plan", { project, file: config.path, environment }), formatDigest(digest)];
  const title = `### ${inlineCode("warm plan")} ${formatWhere(document, options)}`;
  const summary = formatPlanSummary(document);
  if (changes.every(({ action }) => action === "noop"))
    return [...marks, title, "", formatNoChanges(document), "", formatFooter(document)].join("\n");
  const head = [...marks, title, "", `**${summary}**`, "", ...formatAlert(document)].join("\n");
  return fillComment(head, document, formatFooter(document));
}

const formatDigest = (digest: string) =>
  `<!-- warm:digest ${/^[\w:]+$/.test(digest) ? digest : encodeURIComponent(digest)} -->`;

/** `for shop (prod)` */
export function formatWhere(
  { project }: Pick<PlanDocument, "project">,
  { environment }: CommentOptions,
): string {
  const place = environment === undefined ? "" : ` (${inlineCode(environment)})`;
  return `for ${inlineCode(project)}${place}`;
}

function formatNoChanges({ summary, config, options }: PlanDocument): string {
  if (options.destroy) return "No changes. Nothing that warm made is on the host.";
  const count = formatCount(summary.noop, "resource");
  return `No changes. ${count} ${summary.noop === 1 ? "matches" : "match"} ${inlineCode(config.path)}.`;
}

/** What a reviewer must not miss. */
function formatAlert({ summary, forecast, changes }: PlanDocument): string[] {
  const counts = [
    ...(summary.delete > 0 ? [formatCount(summary.delete, "deletion")] : []),
    ...(summary.replace > 0 ? [formatCount(summary.replace, "replacement")] : []),
    ...(summary.conflict > 0 ? [`${formatCount(summary.conflict, "conflict")} to decide`] : []),
  ];
  const sentences = describeForecast(forecast);
  const isLoss = summary.delete > 0 || (forecast?.dataLoss.length ?? 0) > 0;
  if (counts.length === 0)
    return sentences.map((sentence) => `- ${inlineText(sentence)}`).concat(sentences.length > 0 ? [""] : []);
  const shown = sentences.slice(0, MOST_SENTENCES);
  const rest = sentences.length - shown.length;
  return [
    isLoss ? "> [!CAUTION]" : "> [!WARNING]",
    `> **${counts.join(", ")}** of ${formatCount(changes.filter(({ action }) => action !== "noop").length, "change")}.`,
    ...shown.map((sentence) => `> - ${inlineText(sentence)}`),
    ...(rest > 0 ? [`> - and ${rest} more of such; ${ELSEWHERE}`] : []),
    "",
  ];
}

const MOST_SENTENCES = 20;

function formatFooter({ config, digest, target }: PlanDocument): string {
  const from = `${inlineCode(config.path)} (sha256 ${inlineCode(config.sha256.slice(0, 12))})`;
  const apply = inlineCode(`warm apply --expect-plan ${digest}`);
  return `<sub>From ${from} for ${inlineCode(target.endpoint)}. Exactly this, or nothing: ${apply}</sub>`;
}
