import { resolve } from "node:path";
import { toPlanDocument, toSavedDocument } from "../../apply/plan-document.js";
import { isChange } from "../../model/plan.js";
import { openPooledProject } from "../../pool/open-pooled-project.js";
import { formatPlan } from "../../report/plan-text/format-plan.js";
import { formatPlanJson } from "../../report/plan-text/format-plan-json.js";
import type { CommandContext } from "../command-context.js";
import { type SelectionOptions, toPlanOptions } from "../selection.js";
import { writeFileWhole } from "../write-file.js";

interface Options extends SelectionOptions {
  readonly format: "text" | "json";
  readonly out?: string;
  readonly detailedExitcode?: boolean;
  readonly destroy?: boolean;
  readonly verbose?: boolean;
  readonly stateDir?: string;
}

export async function runPlan(
  { global, terminal, cwd, env }: CommandContext,
  options: Options,
): Promise<number> {
  const project = await openPooledProject({
    file: global.file,
    host: global.host,
    cwd,
    env,
    stateDir: options.stateDir,
  });
  try {
    const { plan, observed } = await project.plan(toPlanOptions(options, options.destroy));
    const document = toPlanDocument(plan, observed, project.config);
    if (options.out !== undefined) {
      writeFileWhole(
        resolve(cwd, options.out),
        formatPlanJson(toSavedDocument(document, project.config)),
        0o600,
      );
    }
    if (options.format === "json") terminal.print(formatPlanJson(document).trimEnd());
    else {
      const whole = toPlanDocument(plan, observed, project.config, { whole: true });
      terminal.print(formatPlan(whole, terminal.out, { verbose: options.verbose ?? false }));
    }
    if (options.out !== undefined)
      terminal.note(`Saved the plan. Apply exactly this: warm apply ${options.out}`);
    return options.detailedExitcode === true && plan.changes.some(isChange) ? 2 : 0;
  } finally {
    project.close();
  }
}
