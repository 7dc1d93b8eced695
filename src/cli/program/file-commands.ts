import { type Command, Option } from "commander";
import type { Action } from "../add-command.js";

/** Commands on the file alone. */
export function addFileCommands(program: Command, action: Action): void {
  program
    .command("init")
    .description("write a first warm.yaml with comments; never over an existing file")
    .action(action(async () => (await import("../commands/init.js")).runInit));
  program
    .command("validate")
    .description("check the file and tell every problem at once; speaks to no Docker")
    .addOption(
      new Option("--format <format>", "how to tell").choices(["text", "json", "github"]).default("text"),
    )
    .action(action(async () => (await import("../commands/validate.js")).runValidate));
  program
    .command("schema")
    .description("print a JSON Schema")
    .argument("[name]", "`warm` for warm.yaml, `plan` for the plan document", "warm")
    .action(action(async () => (await import("../commands/schema.js")).runSchema));
}
