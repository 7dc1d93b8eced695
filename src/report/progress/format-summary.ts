import type { ApplySummary } from "../../model/event.js";
import { type Style, safeText } from "../text/style.js";

export interface SummaryOptions {
  /** The config as the user named it, when all of it was applied: only then may the summary say that all matches. */
  readonly config?: string;
}

/** The last lines after `apply`. No line feed at the end. */
export function formatSummary(summary: ApplySummary, style: Style, { config }: SummaryOptions = {}): string {
  const lead = summary.interrupted ? "Interrupted" : "Applied";
  const counts = `${lead}: ${[`${summary.done} done`, ...formatShortfall(summary)].join(", ")}.`;
  if (isIncomplete(summary)) return `${style.bold(counts)}\nRun warm apply again to finish.`;
  return style.bold(config === undefined ? counts : `${counts} Everything matches ${safeText(config)}.`);
}

function isIncomplete({ failed, skipped, interrupted }: ApplySummary): boolean {
  return failed > 0 || skipped > 0 || interrupted;
}

function formatShortfall({ failed, skipped, unhealthy }: ApplySummary): string[] {
  const notHealthy =
    unhealthy === 0 ? "" : ` (${unhealthy === failed ? "" : `${unhealthy} of them `}not healthy in time)`;
  return [
    ...(failed > 0 ? [`${failed} failed${notHealthy}`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
}
