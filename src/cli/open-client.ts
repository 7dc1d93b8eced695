import { dirname, resolve } from "node:path";
import { describeUser } from "../apply/lock/lock-holder.js";
import { stateDirectory } from "../daemon/state/state-directory.js";
import { createClient } from "../server/client/create-client.js";
import type { WarmClient } from "../server/client/warm-client.js";
import { socketPathIn } from "../server/listen/socket-path.js";
import type { CommandContext } from "./command-context.js";

export interface WatcherOptions {
  readonly stateDir?: string | undefined;
  /** URL of a watcher on the network; default WARM_API. */
  readonly api?: string | undefined;
}

/**
 * Speaks to the watcher of the file, which itself may be bad just now: only where it lies matters. With `--api`, or WARM_API
 * in the environment, to a watcher on the network, with the token of WARM_API_TOKEN.
 * @throws WarmError `rejected` when the path of its socket is too long; `usage` for what is no such URL
 */
export function openClient({ global, cwd, env }: CommandContext, options: WatcherOptions): WarmClient {
  const { stateDir, api = stateDir === undefined ? env.WARM_API : undefined } = options;
  if (api !== undefined && api !== "") return createClient({ url: api, token: env.WARM_API_TOKEN });
  const state = stateDirectory(dirname(resolve(cwd, global.file)), stateDir, cwd);
  return createClient(socketPathIn(state.path));
}

/** Who holds a lease that says nothing else: `user@machine:pid`. */
export const defaultHolder = () => `${describeUser()}:${process.pid}`;
