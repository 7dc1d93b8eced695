import { Argument, type Command } from "commander";
import type { FeedEvent } from "../../daemon/feed/feed.js";
import { type Action, addWatcher } from "../add-command.js";
import { duration } from "../option-values.js";
import { explain, type HelpText } from "./help-text.js";

const EVENT_TYPES: readonly FeedEvent["type"][] = ["pass", "work", "transition", "pool", "job"];

/** What is asked of a watcher as a whole. */
export function addWatcherCommands(program: Command, action: Action): void {
  program.commandsGroup("Watch:");
  addWatcher(explain(program.command("reconcile"), RECONCILE))
    .option("--timeout <duration>", "how long to wait, then exit 6; default 5m; 0s: not at all", duration)
    .action(action(async () => (await import("../commands/reconcile.js")).runReconcile));
  addWatcher(explain(program.command("events"), EVENTS))
    .addArgument(new Argument("[type...]", "only these").choices(EVENT_TYPES))
    .option("--json", "print each event as a line of JSON")
    .action(action(async () => (await import("../commands/events.js")).runEvents));
}

const RECONCILE: HelpText = {
  summary: "have the watcher look at once and try everything anew, until nothing is left to do",
  details: [
    "The watcher reads the file again, forgets its pauses after failures and makes a pass now. The command waits until all is as wanted, and tells what is still to be made if it is not.",
  ],
  examples: [
    ["warm reconcile", "after a push: is it all there?"],
    ["warm reconcile --timeout 0s", "only wake the watcher"],
  ],
  exitCodes: [
    ["1", "no watcher answers"],
    ["6", "something is still left to do after the timeout"],
  ],
  seeAlso: ["watch", "status", "resume"],
};

const EVENTS: HelpText = {
  summary: "print what the watcher does, as it does it, until it is interrupted",
  details: [
    "A watcher that is restarted is waited for, and asked for what was missed meanwhile. Ctrl-C is how it ends, with exit code 0.",
  ],
  examples: [
    ["warm events", "everything"],
    ["warm events transition job --json | jq .", "changes of state and jobs, for a tool"],
  ],
  exitCodes: [["1", "no watcher answers"]],
  seeAlso: ["watch", "status"],
};
