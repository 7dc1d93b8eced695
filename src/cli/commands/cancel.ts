import { makeVisible } from "../../report/text/make-visible.js";
import { formatCount } from "../../report/text/units.js";
import type { CommandContext } from "../command-context.js";
import { openClient, type WatcherOptions } from "../open-client.js";

export async function runCancel(
  context: CommandContext,
  options: WatcherOptions,
  jobId: string,
): Promise<number> {
  const client = openClient(context, options);
  try {
    const { state, outcome, askers } = await client.cancelJob(jobId);
    const job = `Job ${makeVisible(jobId)}`;
    if (outcome !== undefined && state !== "cancelled")
      context.terminal.print(`${job} is over: it is ${state}.`);
    else if (askers > 0)
      context.terminal.print(`${job} goes on for ${formatCount(askers, "other")} who asked for it.`);
    else context.terminal.print(`${job} is cancelled.`);
    return 0;
  } finally {
    client.close();
  }
}
