import { WarmError } from "../errors.js";
import type { ResetPolicy } from "../model/pool.js";
import type { EngineCommands } from "./engine-commands.js";
import type { CommandResult } from "./pools.js";

export interface ResetTools {
  readonly commands: EngineCommands;
  readonly nowMs: () => number;
  /** The steps are done, the proof is next. */
  readonly onSteps?: () => void;
}

/**
 * Makes a used engine clean and proves it: what was bound is taken away, then the steps in order, then the proof, all
 * within one deadline.
 * @param bound paths that a lease had written
 * @throws WarmError `engine-failed` that says which step failed, how, and its last words; the engine is unclean then
 */
export async function resetEngine(
  containerId: string,
  { steps, verify, timeoutMs }: ResetPolicy,
  bound: readonly string[],
  { commands, nowMs, onSteps }: ResetTools,
): Promise<void> {
  const deadline = nowMs() + timeoutMs;

  async function must(what: string, command: readonly string[]): Promise<void> {
    const leftMs = deadline - nowMs();
    if (leftMs <= 0) throw failed(`${what} was not reached within ${timeoutMs} ms`);
    const result = await commands.run(containerId, command, { timeoutMs: leftMs });
    if (result.exitCode !== 0)
      throw failed(`${what} ended with exit code ${result.exitCode}${lastWords(result)}`);
  }

  if (bound.length > 0) await must("removing what was bound", ["rm", "-f", ...bound]);
  for (const [index, step] of steps.entries()) await must(`reset step ${index + 1}`, step);
  onSteps?.();
  await must("verify", verify);
}

const failed = (message: string) => new WarmError("engine-failed", message);

function lastWords({ stderr, stdout }: CommandResult): string {
  const line = (stderr || stdout).trimEnd().split("\n").at(-1) ?? "";
  return line === "" ? "" : `: ${line.slice(0, 200)}`;
}
