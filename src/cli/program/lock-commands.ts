import type { Command } from "commander";
import type { Action } from "../add-command.js";
import { explain, type HelpText } from "./help-text.js";

/** Commands on the lock of the project. */
export function addLockCommands(program: Command, action: Action): void {
  program.commandsGroup("Look:");
  const lock = explain(program.command("lock"), LOCK);
  explain(lock.command("status"), STATUS)
    .option("--json", "print JSON")
    .action(action(async () => (await import("../commands/lock.js")).runLockStatus));
  explain(lock.command("break"), BREAK)
    .option("--force", "even if it has not expired")
    .action(action(async () => (await import("../commands/lock.js")).runLockBreak));
}

const LOCK: HelpText = {
  summary: "see or break the project's lock",
  details: [
    "Whoever applies to a project on a host holds its lock, which is kept on the host itself. It expires 30 s after the last sign of life of its holder, and the next one takes it over: to break it by hand is rarely needed.",
  ],
  examples: [["warm lock status", "who holds it"]],
  seeAlso: ["apply", "watch"],
};

const STATUS: HelpText = {
  summary: "tell who holds the lock, since when and why",
  examples: [
    ["warm lock status", "for people"],
    ["warm lock status --json | jq .locked", "for a tool"],
  ],
  seeAlso: ["lock break", "doctor"],
};

const BREAK: HelpText = {
  summary: "take the lock away from its holder, who will stop at its next step",
  details: ["A lock that has not expired is left alone unless --force says otherwise."],
  examples: [
    ["warm lock break", "one that has expired"],
    ["warm lock break --force", "one whose holder is stuck"],
  ],
  exitCodes: [["4", "the lock has not expired"]],
  seeAlso: ["lock status"],
};
