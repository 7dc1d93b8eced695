import { type Command, Option } from "commander";
import { type Action, addStateDir } from "../add-command.js";
import { addSelection } from "./selection-options.js";

/** Commands that say what would be done. */
export function addPlanCommands(program: Command, action: Action): void {
  const plan = addLook(program.command("plan"))
    .description("show what apply would do; only reads")
    .option("--offline", "check the file and tell what it declares: no host, no secrets")
    .option("--out <file>", "save the plan for `warm apply <file>` (mode 0600)")
    .option("--destroy", "plan the removal of all that is ours")
    .option("-v, --verbose", "show unchanged resources and the plan's digest too");
  addSelection(plan).action(action(async () => (await import("../commands/plan.js")).runPlan));
  addStateDir(program.command("snapshot"))
    .description("write down what the host is like, without secrets, for `plan --against`; only reads")
    .option("--out <file>", "where to; default standard output")
    .action(action(async () => (await import("../commands/snapshot.js")).runSnapshot));
  addLook(program.command("drift"))
    .description("tell how the host differs from the file, for a report on a timer; only reads")
    .action(action(async () => (await import("../commands/drift.js")).runDrift));
}

/** Options of whatever compares a host with the file. */
function addLook(command: Command): Command {
  return addStateDir(command)
    .addOption(
      new Option("--format <format>", "how to print it: markdown is for a comment or an issue")
        .choices(["text", "json", "markdown"])
        .default("text"),
    )
    .option(
      "--against <file|url>",
      "a snapshot, or a watcher's URL with the token of WARM_API_TOKEN; default the host",
    )
    .option("--environment <name>", "names the place in markdown, where one file is for several")
    .option("--detailed-exitcode", "exit 2 when there are changes");
}
