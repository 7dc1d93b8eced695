import type { Project } from "../../apply/open-project.js";
import { toPlanDocument } from "../../apply/plan-document.js";
import { isChange, type PlanOptions } from "../../model/plan.js";
import { formatPlan } from "../../report/plan-text/format-plan.js";
import type { CommandContext } from "../command-context.js";

/** As for what is only partly applied. */
const UNSTABLE = 6;

/**
 * Plans once more what was just applied: nothing may be left to do. What is, is shown with the fields that differ.
 * @returns the exit code
 * @throws WarmError when the host cannot be looked at
 */
export async function verifyApplied(
  { terminal }: CommandContext,
  project: Project,
  options: PlanOptions,
): Promise<number> {
  const { plan, observed } = await project.plan({ ...options, replace: [], adopt: [] });
  if (!plan.changes.some(isChange)) {
    terminal.note("Verified: a plan made after it is empty.");
    return 0;
  }
  const document = toPlanDocument(plan, observed, project.config);
  terminal.note(`Not verified: a plan made after it is not empty.\n\n${formatPlan(document, terminal.err)}`);
  return UNSTABLE;
}
