import { type Command, Option } from "commander";
import { type Action, addStateDir, addWatcher } from "../add-command.js";
import { duration } from "../option-values.js";
import { explain, type HelpText } from "./help-text.js";

/** Commands that tell how it stands. */
export function addLookCommands(program: Command, action: Action): void {
  program.commandsGroup("Look:");
  addWatcher(explain(program.command("status"), STATUS))
    .option("--json", "print JSON")
    .addOption(new Option("--wait <state>", "wait until all is in sync and healthy").choices(["ready"]))
    .option("--timeout <duration>", "how long to wait, then exit 7; default 5m", duration)
    .action(action(async () => (await import("../commands/status.js")).runStatus));
  addStateDir(explain(program.command("explain"), EXPLAIN))
    .argument("<address>", "as plan and status print it")
    .option("--json", "print JSON")
    .action(action(async () => (await import("../commands/explain.js")).runExplain));
  explain(program.command("doctor"), DOCTOR)
    .option("--json", "print JSON")
    .action(action(async () => (await import("../commands/doctor.js")).runDoctor));
}

const STATUS: HelpText = {
  summary: "list every resource with its state and health, and what a watcher knows; only reads",
  details: [
    "Looks at the host itself, and needs no watcher. Where one is at work it adds since when a resource is so, its last error with the container's last log lines, when it is tried again, the last pass and the file in use. With --api it is the watcher over there that looks, and JSON is printed.",
  ],
  examples: [
    ["warm status", "how it stands"],
    ["warm status --wait ready --timeout 5m", "in a script, before the tests"],
    ["warm status --api http://10.0.0.7:7077 | jq .resources", "of another machine (WARM_API_TOKEN)"],
  ],
  exitCodes: [["7", "not ready in time (--wait)"]],
  seeAlso: ["explain", "plan", "engines"],
};

const EXPLAIN: HelpText = {
  summary: "say why a resource is, or is not, in sync; only reads",
  details: [
    "What the file says of it and on which line, what was applied, what stands on the host, and what follows from the difference; of a session also when it ends.",
  ],
  examples: [
    ["warm explain container.cyan-template-hello", "a container"],
    ["warm explain volume.cyan-hello --json | jq .", "a volume, for a tool"],
  ],
  exitCodes: [["1", "nothing has that address"]],
  seeAlso: ["plan", "status"],
};

const DOCTOR: HelpText = {
  summary: "check endpoint, versions, disk, registries, and what would fail",
  details: [
    "Which Docker it would speak to and why, whether its version will do, how full its disk is, whether each image can be had at its registry with the credentials here, conflicts in the plan, and the lock. It goes on after each failure, and changes nothing.",
  ],
  examples: [
    ["warm doctor", "before the first plan, or when something is odd"],
    ["warm doctor --host ssh://deploy@10.0.0.7 --json | jq .checks", "another host, for a tool"],
  ],
  exitCodes: [["1", "a check failed"]],
  seeAlso: ["validate", "plan", "lock status"],
};
