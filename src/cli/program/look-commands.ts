import { type Command, Option } from "commander";
import { type Action, addStateDir, addWatcher } from "../add-command.js";
import { duration } from "../option-values.js";

/** Commands that tell how it stands. */
export function addLookCommands(program: Command, action: Action): void {
  addWatcher(program.command("status"))
    .description("list every resource with its state and health, and what a watcher knows of it; only reads")
    .option("--json", "print JSON")
    .addOption(new Option("--wait <state>", "wait until all is in sync and healthy").choices(["ready"]))
    .option("--timeout <duration>", "how long to wait, then exit 7; default 5m", duration)
    .action(action(async () => (await import("../commands/status.js")).runStatus));
  addStateDir(program.command("explain"))
    .description("say why a resource is, or is not, in sync; only reads")
    .argument("<address>", "as plan and status print it")
    .option("--json", "print JSON")
    .action(action(async () => (await import("../commands/explain.js")).runExplain));
  program
    .command("doctor")
    .description("check endpoint, versions, disk, registries, and what would fail")
    .option("--json", "print JSON")
    .action(action(async () => (await import("../commands/doctor.js")).runDoctor));
}
