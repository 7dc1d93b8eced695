import { makeVisible } from "../../report/text/make-visible.js";
import type { CommandContext } from "../command-context.js";
import { openClient, type WatcherOptions } from "../open-client.js";

interface ReleaseOptions extends WatcherOptions {
  readonly dirty?: boolean;
}

export async function runRelease(
  context: CommandContext,
  { dirty = false, ...watcher }: ReleaseOptions,
  leaseId: string,
): Promise<number> {
  const client = openClient(context, watcher);
  try {
    await client.release(leaseId, undefined, dirty ? "dirty" : "clean");
    const what = dirty ? "its engine is replaced" : "its engine is reset";
    context.terminal.print(`Lease ${makeVisible(leaseId)} has ended: ${what}.`);
    return 0;
  } finally {
    client.close();
  }
}
