import { readHealths } from "../../apply/health/read-healths.js";
import { openProject } from "../../apply/open-project.js";
import { describeStatus } from "../../plan/describe-status.js";
import { formatStatus, formatStatusJson } from "../../report/format-status.js";
import type { CommandContext } from "../command-context.js";

export async function runStatus(
  { global, terminal, cwd, env }: CommandContext,
  { json = false }: { readonly json?: boolean },
): Promise<number> {
  const project = await openProject({ ...global, cwd, env });
  try {
    const { plan, observed } = await project.plan();
    const healths = await readHealths(project.config.desired, plan, observed);
    const status = {
      project: plan.project,
      host: observed.host,
      resources: describeStatus(plan, observed, healths),
      notes: project.config.notes,
    };
    terminal.print(
      json ? formatStatusJson(status).trimEnd() : formatStatus(status, terminal.out, terminal.columns),
    );
    return 0;
  } finally {
    project.close();
  }
}
