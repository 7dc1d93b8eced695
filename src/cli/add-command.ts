import type { Command } from "commander";
import type { CommandContext } from "./command-context.js";
import { inGroup } from "./program/help-text.js";

/** What a command's file gives. @returns the exit code */
export type Run<Arguments extends unknown[], Options> = (
  context: CommandContext,
  options: Options,
  ...args: Arguments
) => Promise<number>;

/** Has a command run; its code is loaded only then. */
export type Action = <Arguments extends unknown[], Options>(
  load: () => Promise<Run<Arguments, Options>>,
) => (...received: unknown[]) => Promise<void>;

export const STATE_DIR = "where the watcher keeps its state; default `.warm` beside the file";

/** Of commands that ask a watcher. */
export function addWatcher(command: Command): Command {
  return inGroup(command, "Which watcher:", (asking) =>
    addStateDir(asking).option(
      "--api <url>",
      "ask the watcher there, with the token of WARM_API_TOKEN; default WARM_API, else the socket of the state directory",
    ),
  );
}

export function addStateDir(command: Command): Command {
  return command.option("--state-dir <directory>", STATE_DIR);
}
