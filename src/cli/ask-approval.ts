import { WarmError } from "../errors.js";
import type { Terminal } from "./terminal.js";

/**
 * Asks for a yes. Only the whole word counts, as people know it from Terraform.
 * @param cancel withdraws the question, which then counts as a no
 * @throws WarmError `guard-refused` where nobody can be asked.
 */
export async function askApproval(
  terminal: Terminal,
  isDestroy: boolean,
  cancel: AbortSignal,
): Promise<boolean> {
  if (!terminal.canAsk) {
    throw new WarmError("guard-refused", "there is no terminal to ask for approval on", {
      hint: "review the plan, then run again with `--auto-approve`, or apply a saved plan",
    });
  }
  if (cancel.aborted) return false;
  const what = isDestroy ? "Remove all of this?" : "Apply this plan?";
  const answer = await terminal.ask(`${what} Only \`yes\` will do: `, cancel);
  return answer?.trim() === "yes";
}
