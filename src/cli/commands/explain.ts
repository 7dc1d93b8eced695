import { readHealths } from "../../apply/health/read-healths.js";

import { explainResource } from "../../plan/explain-resource.js";
import { openPooledProject } from "../../pool/open-pooled-project.js";
import { formatExplanation } from "../../report/format-explain.js";
import { formatJson } from "../../report/text/format-json.js";
import type { CommandContext } from "../command-context.js";

export async function runExplain(
  { global, terminal, cwd, env }: CommandContext,
  { json = false, stateDir }: { readonly json?: boolean; readonly stateDir?: string },
  address: string,
): Promise<number> {
  const project = await openPooledProject({ ...global, cwd, env, stateDir });
  try {
    const { plan, observed } = await project.plan();
    const { desired } = project.config;
    const itself = { ...plan, changes: plan.changes.filter((change) => change.address === address) };
    const healths = await readHealths(desired, itself, observed);
    const explanation = explainResource(address, desired, observed, plan, healths);
    terminal.print(
      json ? formatJson(explanation) : formatExplanation(explanation, terminal.out, { config: global.file }),
    );
    return 0;
  } finally {
    project.close();
  }
}
