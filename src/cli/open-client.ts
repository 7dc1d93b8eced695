import { dirname, resolve } from "node:path";
import { describeUser } from "../apply/lock/lock-holder.js";
import { stateDirectory } from "../daemon/state/state-directory.js";
import { createClient } from "../server/client/create-client.js";
import type { WarmClient } from "../server/client/warm-client.js";
import { socketPathIn } from "../server/socket-path.js";
import type { CommandContext } from "./command-context.js";

/**
 * Speaks to the watcher of the file, which itself may be bad just now: only where it lies matters.
 * @throws WarmError `rejected` when the path of its socket is too long
 */
export function openClient({ global, cwd }: CommandContext, stateDir: string | undefined): WarmClient {
  const state = stateDirectory(dirname(resolve(cwd, global.file)), stateDir, cwd);
  return createClient(socketPathIn(state.path));
}

/** Who holds a lease that says nothing else: `user@machine:pid`. */
export const defaultHolder = () => `${describeUser()}:${process.pid}`;
