import type { CommandOutput } from "./shell-channel.js";

/**
 * What commands that run one after the other came to, up to the first that failed.
 * @param onEach told as each comes to its end, in order
 */
export async function collectOutputs(
  outputs: readonly Promise<CommandOutput>[],
  onEach?: (index: number, output: CommandOutput) => void,
): Promise<CommandOutput[]> {
  for (const output of outputs) output.catch(() => undefined);
  const results: CommandOutput[] = [];
  for (const [index, promise] of outputs.entries()) {
    const output = await promise;
    const hasFailedBefore = (results.at(-1)?.exitCode ?? 0) !== 0;
    if (hasFailedBefore) continue;
    results.push(output);
    onEach?.(index, output);
  }
  return results;
}
