import type { Command } from "commander";
import { type Action, addWatcher } from "../add-command.js";
import { duration } from "../option-values.js";

/** What is asked of a watcher as a whole. */
export function addWatcherCommands(program: Command, action: Action): void {
  addWatcher(program.command("reconcile"))
    .description(
      "have the watcher read the file again, try everything anew, and wait until nothing is left to do",
    )
    .option("--timeout <duration>", "how long to wait, then exit 6; default 5m; 0s: not at all", duration)
    .action(action(async () => (await import("../commands/reconcile.js")).runReconcile));
  addWatcher(program.command("events"))
    .description("print what the watcher does, as it does it, until it is interrupted")
    .argument("[type...]", "only these: pass, work, transition, pool, job")
    .option("--json", "print each event as a line of JSON")
    .addHelpText("after", "\nExample:\n  warm events transition job --json | jq .")
    .action(action(async () => (await import("../commands/events.js")).runEvents));
}
