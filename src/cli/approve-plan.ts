import { WarmError } from "../errors.js";
import type { Terminal } from "./terminal.js";

/**
 * Asks for a yes. Only the whole word counts, as people know it from Terraform.
 * @throws WarmError `guard-refused` where nobody can be asked and nobody said yes beforehand.
 */
export async function approvePlan(
  terminal: Terminal,
  isDestroy: boolean,
  isApproved: boolean,
): Promise<boolean> {
  if (isApproved) return true;
  if (!terminal.canAsk) {
    throw new WarmError("guard-refused", "there is no terminal to ask for approval on", {
      hint: "review the plan, then run again with `--auto-approve`, or apply a saved plan",
    });
  }
  const what = isDestroy ? "Remove all of this?" : "Apply this plan?";
  const answer = await terminal.ask(`${what} Only \`yes\` will do: `);
  return answer.trim() === "yes";
}
