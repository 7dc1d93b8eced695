import type { ApplyResult } from "../apply/apply-project.js";
import type { PlanOptions } from "../model/plan.js";
import type { PlanDocument } from "../model/plan-document.js";
import { formatSummary } from "../report/progress/format-summary.js";
import type { Style } from "../report/text/style.js";

interface Asked {
  readonly options: PlanOptions;
  readonly saved?: PlanDocument;
}

/** The last words of a run: they are its result. */
export function formatResult(result: ApplyResult, asked: Asked, config: string, style: Style): string {
  switch (result.kind) {
    case "refused":
      return "Nothing was done.";
    case "nothing-to-do":
      return describeNothing(result, asked, config);
    case "applied":
      return describeApplied(result, asked, config, style);
    default:
      return result satisfies never;
  }
}

function describeApplied(
  { summary, remaining }: ApplyResult & { kind: "applied" },
  { options, saved }: Asked,
  config: string,
  style: Style,
): string {
  const isWhole =
    options.targets.length + options.excludes.length === 0 && !options.destroy && saved === undefined;
  const words = formatSummary(summary, style, isWhole && remaining === 0 ? { config } : {});
  if (remaining === 0) return words;
  return `${words}\n${remaining} changes remain that only showed after pulling: run \`warm plan\`.`;
}

function describeNothing(
  result: ApplyResult & { kind: "nothing-to-do" },
  { options }: Asked,
  config: string,
): string {
  if (options.destroy) return "Nothing to remove.";
  const { noop } = result.plan.summary;
  const head = `No changes. ${noop} resources match ${config}.`;
  return result.unhealthy === 0
    ? head
    : `${head}\n${result.unhealthy} of them did not answer its health check.`;
}

/** Exit codes of the design, section 5. */
export function applyExitCode(result: ApplyResult, interruptedBy: number | undefined): number {
  switch (result.kind) {
    case "refused":
      return interruptedBy ?? 4;
    case "nothing-to-do":
      return interruptedBy ?? (result.unhealthy === 0 ? 0 : 7);
    case "applied": {
      const { failed, skipped, unhealthy } = result.summary;
      if (result.summary.interrupted) return interruptedBy ?? 130;
      if (failed + skipped === 0) return result.remaining === 0 ? 0 : 6;
      return failed === unhealthy && skipped === 0 ? 7 : 6;
    }
    default:
      return result satisfies never;
  }
}
