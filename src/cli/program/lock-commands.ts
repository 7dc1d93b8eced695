import type { Command } from "commander";
import type { Action } from "../add-command.js";

/** Commands on the lock of the project. */
export function addLockCommands(program: Command, action: Action): void {
  const lock = program.command("lock").description("see or break the project's lock");
  lock
    .command("status")
    .description("who holds the lock")
    .option("--json", "print JSON")
    .action(action(async () => (await import("../commands/lock.js")).runLockStatus));
  lock
    .command("break")
    .description("take the lock away from its holder, who will stop at its next step")
    .option("--force", "even if it has not expired")
    .action(action(async () => (await import("../commands/lock.js")).runLockBreak));
}
