import { toWarmError, WarmError } from "../errors.js";
import type { ResetPolicy } from "../model/pool.js";
import type { EngineCommands } from "./engine-commands.js";
import type { CommandResult } from "./pools.js";

export interface ResetTools {
  readonly commands: EngineCommands;
  /** The steps are done, the proof is next. */
  readonly onSteps?: () => void;
}

/**
 * Makes a used engine clean and proves it: what was bound is taken away, then the steps in order, then the proof, all
 * within one deadline.
 * @param bound paths that a lease had written
 * @throws WarmError `engine-failed` or `deadline` that says which step failed, how, and its last words; the engine is
 * unclean then
 */
export async function resetEngine(
  containerId: string,
  { steps, verify, timeoutMs }: ResetPolicy,
  bound: readonly string[],
  { commands, onSteps }: ResetTools,
): Promise<void> {
  const tidy = bound.length === 0 ? [] : [["rm", "-f", ...bound]];
  const all = [...tidy, ...steps, verify];
  const nameOf = (index: number) => {
    if (index < tidy.length) return "removing what was bound";
    return index === all.length - 1 ? "verify" : `reset step ${index - tidy.length + 1}`;
  };
  if (all.length === 1) onSteps?.();
  let reached = 0;
  let failure: WarmError | undefined;
  try {
    await commands.runEach(containerId, all, timeoutMs, (index, result) => {
      reached = index + 1;
      if (result.exitCode !== 0)
        failure = failed(`${nameOf(index)} ended with exit code ${result.exitCode}${lastWords(result)}`);
      else if (index === all.length - 2) onSteps?.();
    });
  } catch (thrown) {
    const error = toWarmError(thrown);
    if (error.code !== "deadline") throw error;
    throw new WarmError("deadline", `${nameOf(reached)} did not end within ${timeoutMs / 1000} s`);
  }
  if (failure !== undefined) throw failure;
}

const failed = (message: string) => new WarmError("engine-failed", message);

function lastWords({ stderr, stdout }: CommandResult): string {
  const line = (stderr || stdout).trimEnd().split("\n").at(-1) ?? "";
  return line === "" ? "" : `: ${line.slice(0, 200)}`;
}
