import { join } from "node:path";
import type { Sandbox } from "../../rig/sandbox.js";
import { type Answer, type AskOptions, ask } from "../../server/served-pools.js";
import { eventually, type Watching, watch } from "../watch/watched-project.js";

export interface AskedWatcher extends Watching {
  ask(method: string, path: string, options?: AskOptions): Promise<Answer>;
}

/** A watcher that answers at its socket. */
export async function watchAndAsk(sandbox: Sandbox, args: readonly string[] = []): Promise<AskedWatcher> {
  const watching = watch(sandbox, args);
  const socket = join(sandbox.dir, ".warm", "warm.sock");
  await eventually(
    () =>
      ask(socket, "GET", "/").then(
        ({ status }) => status === 200,
        () => false,
      ),
    () => `nobody answers:\n${watching.warm.output.stderr}`,
  );
  return { ...watching, ask: (method, path, options) => ask(socket, method, path, options) };
}

/** A project that declares nothing but itself. */
export const emptyYaml = ({ project, prefix, network }: Sandbox, ...lines: readonly string[]) =>
  `${["version: 1", `project: ${project}`, `prefix: ${prefix}`, `network: ${network}`, ...lines].join("\n")}\n`;
