import { isChange } from "../../model/plan.js";
import type { PlanDocument } from "../../model/plan-document.js";
import { formatDriftSummary } from "../plan-text/format-drift.js";
import { formatMarker, inlineCode } from "./escape.js";
import { fillComment } from "./fill-comment.js";
import { type CommentOptions, formatWhere } from "./format-plan-comment.js";

/**
 * What stands between a host and its file as the body of an issue: the first line is the marker by which it is found again.
 * Without any drift it says so, for the comment with which the issue is closed.
 */
export function formatDriftIssue(document: PlanDocument, options: CommentOptions = {}): string {
  const { project, config, target, changes } = document;
  const head = [
    formatMarker("drift", { project, file: config.path, environment: options.environment }),
    `### Drift ${formatWhere(document, options)}`,
    "",
    `**${formatDriftSummary(document, inlineCode(config.path))}** On ${inlineCode(target.endpoint)}.`,
  ].join("\n");
  if (!changes.some(isChange)) return head;
  const footer = "<sub>`warm apply` puts it right. A later look that finds nothing closes this.</sub>";
  return fillComment(head, document, footer);
}
