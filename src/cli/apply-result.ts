import type { ApplyResult } from "../apply/apply-project.js";
import type { PlanOptions } from "../model/plan.js";
import type { PlanDocument } from "../model/plan-document.js";
import { formatNothingToDo, formatNothingToRemove, formatRefusal } from "../report/progress/format-result.js";
import { formatSummary } from "../report/progress/format-summary.js";
import type { Style } from "../report/text/style.js";

interface Asked {
  readonly options: PlanOptions;
  readonly saved?: PlanDocument;
}

/** The last words of a run: they are its result. */
export function formatResult(
  result: ApplyResult,
  { options, saved }: Asked,
  config: string,
  style: Style,
): string {
  switch (result.kind) {
    case "refused":
      return formatRefusal();
    case "nothing-to-do": {
      const { plan, unhealthy } = result;
      return options.destroy
        ? formatNothingToRemove()
        : formatNothingToDo({ matching: plan.summary.noop, unhealthy, config });
    }
    case "applied": {
      const isSelective = options.targets.length + options.excludes.length > 0 || saved !== undefined;
      const whole = isSelective || options.destroy ? {} : { config };
      const { summary, remaining } = result;
      return formatSummary(
        summary,
        style,
        remaining === undefined ? { isUnseen: true } : { ...whole, remaining },
      );
    }
    default:
      return result satisfies never;
  }
}

/** All was done: what a last look found, or that it could not be had, decides. */
function exitCodeOfRest(remaining: number | undefined): number {
  if (remaining === undefined) return 1;
  return remaining === 0 ? 0 : 6;
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
      if (failed + skipped === 0) return exitCodeOfRest(result.remaining);
      return failed === unhealthy && skipped === 0 ? 7 : 6;
    }
    default:
      return result satisfies never;
  }
}
