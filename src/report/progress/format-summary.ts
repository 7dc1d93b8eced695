import type { ApplySummary } from "../../model/event.js";
import { makeVisible } from "../text/make-visible.js";
import type { Style } from "../text/style.js";
import { formatCount } from "../text/units.js";

export interface SummaryOptions {
  /** The config as the user named it, when all of it was applied: only then may the summary say that all matches. */
  readonly config?: string;
  /** Changes that a look after the run still found. */
  readonly remaining?: number;
  /** The look after the run failed: nobody knows what remains. */
  readonly isUnseen?: boolean;
}

/** The last lines after `apply`. No line feed at the end. */
export function formatSummary(
  summary: ApplySummary,
  style: Style,
  { config, remaining = 0, isUnseen = false }: SummaryOptions = {},
): string {
  const lead = summary.interrupted ? "Interrupted" : "Applied";
  const counts = `${lead}: ${[`${summary.done} done`, ...formatShortfall(summary)].join(", ")}.`;
  if (isIncomplete(summary)) return `${style.bold(counts)}\nRun warm apply again to finish.`;
  if (isUnseen) return `${style.bold(counts)}\nDocker could not be asked what remains: run \`warm plan\`.`;
  if (remaining > 0) return `${style.bold(counts)}\n${formatRemaining(remaining)}`;
  return style.bold(config === undefined ? counts : `${counts} Everything matches ${makeVisible(config)}.`);
}

function formatRemaining(remaining: number): string {
  const verb = remaining === 1 ? "remains" : "remain";
  return `${formatCount(remaining, "change")} ${verb} that only showed after pulling: run \`warm plan\`.`;
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
