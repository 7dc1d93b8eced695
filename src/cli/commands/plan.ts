import { resolve } from "node:path";
import { toSavedDocument } from "../../apply/plan-document.js";
import { WarmError } from "../../errors.js";
import { isChange } from "../../model/plan.js";
import { formatPlan } from "../../report/plan-text/format-plan.js";
import { formatPlanJson } from "../../report/plan-text/format-plan-json.js";
import type { CommandContext } from "../command-context.js";
import type { LookOptions } from "../plan/plan-options.js";
import { type PlannedFile, planFile } from "../plan/plan-source.js";
import { type SelectionOptions, toPlanOptions } from "../selection.js";
import { writeFileWhole } from "../write-file.js";

interface Options extends SelectionOptions, LookOptions {
  readonly offline?: boolean;
  readonly out?: string;
  readonly destroy?: boolean;
  readonly verbose?: boolean;
}

export async function runPlan(context: CommandContext, options: Options): Promise<number> {
  const { terminal, cwd } = context;
  if (options.offline === true) {
    refuseBesideOffline(options);
    const { tellOffline } = await import("../plan/plan-offline.js");
    await tellOffline(context, options.format, options.environment);
    return 0;
  }
  const planned = await planFile(context, toPlanOptions(options, options.destroy), options);
  const { document, config } = planned;
  if (options.out !== undefined)
    writeFileWhole(resolve(cwd, options.out), formatPlanJson(toSavedDocument(document, config)), 0o600);
  terminal.print(await formatAs(planned, options, context));
  if (options.out !== undefined)
    terminal.note(`Saved the plan. Apply exactly this: warm apply ${options.out}`);
  return options.detailedExitcode === true && document.changes.some(isChange) ? 2 : 0;
}

async function formatAs(
  { document, whole }: PlannedFile,
  { format, environment, verbose = false }: Options,
  { terminal }: CommandContext,
): Promise<string> {
  switch (format) {
    case "json":
      return formatPlanJson(document).trimEnd();
    case "markdown": {
      const { formatPlanComment } = await import("../../report/markdown/format-plan-comment.js");
      return formatPlanComment(document, { environment });
    }
    case "text":
      return formatPlan(whole, terminal.out, { verbose });
    default:
      return format satisfies never;
  }
}

function refuseBesideOffline({ against, out, destroy, target, exclude, replace, adopt }: Options): void {
  const isAlone = [against, out, destroy, target, exclude, replace, adopt].every(
    (option) => option === undefined,
  );
  if (isAlone) return;
  throw new WarmError("usage", "--offline looks at the file alone: no plan is made", {
    hint: "leave out --against, --out, --destroy, --target, --exclude, --replace and --adopt",
  });
}
