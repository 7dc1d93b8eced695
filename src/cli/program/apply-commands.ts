import type { Command } from "commander";
import { type Action, STATE_DIR } from "../add-command.js";
import { duration } from "../option-values.js";
import { addSelection } from "./selection-options.js";

/** Commands that change the host, once. */
export function addApplyCommands(program: Command, action: Action): void {
  const apply = program
    .command("apply")
    .description("make the host match the file")
    .argument("[plan]", "a plan saved with `warm plan --out`: exactly its changes, or exit 5")
    .option("--expect-plan <digest>", "apply only if the plan has this digest, else exit 5");
  addSelection(addRunOptions(apply)).action(
    action(async () => (await import("../commands/apply.js")).runApply),
  );
  addRunOptions(program.command("destroy").description("remove everything that is ours on the host")).action(
    action(async () => (await import("../commands/apply.js")).runDestroy),
  );
}

function addRunOptions(command: Command): Command {
  return command
    .option("--auto-approve", "do not ask")
    .option("--json", "print events as NDJSON, the summary last")
    .option("--lock-timeout <duration>", "how long to wait for a lock that is held, such as 5m", duration)
    .option("--reason <text>", "why, for whoever meets the lock")
    .option("--state-dir <directory>", STATE_DIR);
}
