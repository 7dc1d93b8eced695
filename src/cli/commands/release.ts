import { makeVisible } from "../../report/text/make-visible.js";
import type { CommandContext } from "../command-context.js";
import { openClient } from "../open-client.js";

interface ReleaseOptions {
  readonly dirty?: boolean;
  readonly stateDir?: string;
}

export async function runRelease(
  context: CommandContext,
  { dirty = false, stateDir }: ReleaseOptions,
  leaseId: string,
): Promise<number> {
  const client = openClient(context, stateDir);
  try {
    await client.release(leaseId, undefined, dirty ? "dirty" : "clean");
    const what = dirty ? "its engine is replaced" : "its engine is reset";
    context.terminal.print(`Lease ${makeVisible(leaseId)} has ended: ${what}.`);
    return 0;
  } finally {
    client.close();
  }
}
