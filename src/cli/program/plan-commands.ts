import { type Command, Option } from "commander";
import { type Action, addStateDir } from "../add-command.js";
import { explain, type HelpText } from "./help-text.js";
import { addSelection } from "./selection-options.js";

/** Commands that say what would be done. */
export function addPlanCommands(program: Command, action: Action): void {
  program.commandsGroup("Plan and apply:");
  const plan = addLook(explain(program.command("plan"), PLAN))
    .option("--offline", "check the file and tell what it declares: no host, no secrets")
    .option("--out <file>", "save the plan for `warm apply <file>` (mode 0600)")
    .option("--destroy", "plan the removal of all that is ours")
    .option("-v, --verbose", "show unchanged resources and the plan's digest too");
  addSelection(plan).action(action(async () => (await import("../commands/plan.js")).runPlan));
  addStateDir(explain(program.command("snapshot"), SNAPSHOT))
    .option("--out <file>", "where to; default standard output")
    .action(action(async () => (await import("../commands/snapshot.js")).runSnapshot));
  addLook(explain(program.command("drift"), DRIFT)).action(
    action(async () => (await import("../commands/drift.js")).runDrift),
  );
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

const EXIT_CODES: HelpText["exitCodes"] = [
  ["0", "there are no changes, or nobody asked by --detailed-exitcode"],
  ["2", "there are changes (--detailed-exitcode)"],
];

const PLAN: HelpText = {
  summary: "show what apply would do; only reads",
  details: [
    "Compares what the file declares, what was applied last and what stands on the host, and tells each change with its reasons: the file or the world, which field, which line. It is given a client that has nothing but GET, takes no lock and changes nothing; a host that cannot be looked at as a whole gives an error, never half a plan.",
    "Marks: + create (an image: pull), > start, ~ update in place, ± replace, - delete, ! conflict. What is expected (bytes to pull, what does not serve meanwhile, what is lost) is told beside it; registries are asked for it, for some seconds at most.",
    "Where the host cannot be reached it plans against a snapshot or by a watcher. --offline checks the file alone: for whoever may not see the host either, such as a fork's pull request.",
  ],
  examples: [
    ["warm plan", "what is missing"],
    [
      "warm plan --out plan.json --detailed-exitcode",
      "for a review; `warm apply plan.json` does exactly this",
    ],
    ["warm plan --against snapshot.json --format markdown", "a pull request's comment, without the host"],
    ["warm plan --against https://warm.example.com --format markdown", "the same by a watcher's word"],
    ["warm plan --destroy --format json | jq .summary", "what a destroy would remove, for a tool"],
  ],
  exitCodes: EXIT_CODES,
  seeAlso: ["apply", "snapshot", "drift", "explain", "status"],
};

const SNAPSHOT: HelpText = {
  summary: "write down what the host is like, for `plan --against`; only reads",
  details: [
    "Images, networks, volumes and containers with what a plan reads of them, what was asked of a watcher beside the file, and what engines were doing. No secret is in it and no hash of one, and of what is not warm's only the names: it may be an artifact of a build.",
  ],
  examples: [
    ["warm snapshot --out snapshot.json", "on the machine that reaches the host, once in a while"],
    ["warm plan --against snapshot.json", "and anywhere else"],
  ],
  seeAlso: ["plan"],
};

const DRIFT: HelpText = {
  summary: "tell how the host differs from the file, for a report on a timer; only reads",
  details: [
    "The plan, told as a difference and not as something to do: how many resources differ, and how many of them were changed outside warm. As markdown it is the body of an issue that one job opens, updates and closes: its first line says which.",
  ],
  examples: [
    ["warm drift", "how far is the host from the file?"],
    ["warm drift --format markdown --detailed-exitcode > issue.md", "for a scheduled job"],
  ],
  exitCodes: EXIT_CODES,
  seeAlso: ["plan", "watch"],
};
