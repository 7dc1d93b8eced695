import { type Command, Option } from "commander";
import { type Action, addStateDir } from "../add-command.js";
import { addSelection } from "./selection-options.js";

/** Commands that say what would be done. */
export function addPlanCommands(program: Command, action: Action): void {
  const plan = program
    .command("plan")
    .description("show what apply would do; only reads")
    .addOption(new Option("--format <format>", "how to print it").choices(["text", "json"]).default("text"))
    .option("--out <file>", "save the plan for `warm apply <file>` (mode 0600)")
    .option("--detailed-exitcode", "exit 2 when there are changes")
    .option("--destroy", "plan the removal of all that is ours")
    .option("-v, --verbose", "show unchanged resources and the plan's digest too");
  addSelection(addStateDir(plan)).action(action(async () => (await import("../commands/plan.js")).runPlan));
}
