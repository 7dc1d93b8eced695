import { isChange } from "../../model/plan.js";
import { formatDrift } from "../../report/plan-text/format-drift.js";
import { formatPlanJson } from "../../report/plan-text/format-plan-json.js";
import type { CommandContext } from "../command-context.js";
import type { LookOptions } from "../plan/plan-options.js";
import { planFile } from "../plan/plan-source.js";
import { toPlanOptions } from "../selection.js";

/** What stands between a host and its file, for who asks on a timer and not before an apply. */
export async function runDrift(context: CommandContext, options: LookOptions): Promise<number> {
  const { terminal } = context;
  const { format, environment } = options;
  const { document } = await planFile(context, toPlanOptions({}), options);
  switch (format) {
    case "json":
      terminal.print(formatPlanJson(document).trimEnd());
      break;
    case "markdown": {
      const { formatDriftIssue } = await import("../../report/markdown/format-drift-issue.js");
      terminal.print(formatDriftIssue(document, { environment }));
      break;
    }
    case "text":
      terminal.print(formatDrift(document, terminal.out));
      break;
    default:
      return format satisfies never;
  }
  return options.detailedExitcode === true && document.changes.some(isChange) ? 2 : 0;
}
