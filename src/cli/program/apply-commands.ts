import type { Command } from "commander";
import { FAIL_ON } from "../../apply/fail-on.js";
import { type Action, STATE_DIR } from "../add-command.js";
import { duration, oneOrMore } from "../option-values.js";
import { explain, type HelpText } from "./help-text.js";
import { addSelection } from "./selection-options.js";

/** Commands that change the host, once. */
export function addApplyCommands(program: Command, action: Action): void {
  program.commandsGroup("Plan and apply:");
  const apply = explain(program.command("apply"), APPLY)
    .argument("[plan]", "a plan saved with `warm plan --out`: exactly its changes, or exit 5")
    .option("--expect-plan <digest>", "apply only if the plan has this digest, else exit 5")
    .option(
      "--fail-on <what>",
      "refuse a plan that holds destroy, replace, drift or conflict (repeatable)",
      oneOrMore(FAIL_ON),
    )
    .option("--verify", "plan once more after it, and exit 6 if anything is left to do")
    .option("--rollback-on-failure", "put the last good file back in force when this one fails for good");
  addSelection(addRunOptions(apply)).action(
    action(async () => (await import("../commands/apply.js")).runApply),
  );
  addRunOptions(explain(program.command("destroy"), DESTROY)).action(
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

const APPLY: HelpText = {
  summary: "make the host match the file",
  details: [
    "Takes the project's lock, plans, asks, and makes the changes: independent ones side by side, each after what it depends on. A container's successor must be healthy before the old one goes. The first Ctrl-C finishes what is in flight and begins nothing more, the second aborts; the next apply finishes the work, also after a kill.",
    "With a saved plan it makes exactly the changes that were reviewed, and refuses if anything that they touch has moved since. Where nobody can be asked, --auto-approve is needed. Beside a watcher, which holds the lock, it exits 8.",
    "--rollback-on-failure goes back to the file that was last applied whole from the same state directory: what failed for good (an image that does not exist, a container that never becomes healthy) is put back, once, and that text is refused until it changes. Who deploys from a fresh checkout each time keeps the state elsewhere with --state-dir.",
  ],
  examples: [
    ["warm apply", "shows the plan and asks"],
    ["warm apply plan.json", "exactly what `warm plan --out plan.json` has shown"],
    ["warm apply --auto-approve --lock-timeout 5m --json", "in a deploy job"],
    [
      "warm apply --auto-approve --expect-plan p1:9a44e0c17be041aa --verify",
      "what was reviewed, and proven to hold",
    ],
    ["warm apply --auto-approve --fail-on destroy,conflict", "nothing may be deleted without a review"],
    [
      "warm apply --auto-approve --rollback-on-failure --state-dir /var/lib/warm",
      "a template that never becomes healthy is put back as it was",
    ],
  ],
  exitCodes: [
    ["4", "refused: not approved, by --fail-on, or a file that was rolled back"],
    ["5", "the saved plan is stale, or the digest is another one; nothing was done"],
    ["6", "partly applied, a second apply finishes; or --verify has failed"],
    ["7", "applied, but something is not healthy; also after a rollback"],
    ["8", "the project is locked"],
  ],
  seeAlso: ["plan", "watch", "lock status", "destroy"],
};

const DESTROY: HelpText = {
  summary: "remove everything that is ours on the host",
  details: [
    "Ours is what has this project's labels: containers, volumes (sessions' too), the network. Images that were pulled stay, and so does everything foreign. An engine that is leased stays until it is given back. It shows what goes, and asks.",
  ],
  examples: [
    ["warm plan --destroy", "what would go"],
    ["warm destroy", "shows it, asks, removes it"],
    ["warm destroy --auto-approve --reason 'the host is given back'", "in a script"],
  ],
  exitCodes: [
    ["4", "refused: not approved, by --fail-on, or a file that was rolled back"],
    ["6", "partly removed; a second destroy finishes"],
    ["8", "the project is locked"],
  ],
  seeAlso: ["plan", "apply"],
};
