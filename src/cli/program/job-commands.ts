import { type Command, Option } from "commander";
import { type Action, addWatcher } from "../add-command.js";
import { wholeNumber } from "../option-values.js";

/** Commands that ask for jobs, look at them and take them back. */
export function addJobCommands(program: Command, action: Action): void {
  addWatcher(program.command("run"))
    .description(
      "run a job of a pool on one of its engines, and wait for its result; a result that is there is used",
    )
    .argument("<pool>", "whose job")
    .argument("[name=value...]", "its parameters; a value is all that follows the first `=`")
    .option(
      "--each <file>",
      "a job for each line of a file: a value, or in a `.jsonl` file an object; `-`: stdin",
    )
    .option("--each-param <name>", "what the lines give; default the only parameter that has to be given")
    .option("--force", "make the result anew; the old one stays until then")
    .option("--verify", "use a result only if its files still have the hashes of its manifest")
    .option("--priority <number>", "higher ones are served first; default 0", wholeNumber)
    .option("--holder <name>", "who it is, for people; default user@host:pid")
    .addOption(new Option("--detach", "print the id once it is accepted, and do not wait").conflicts("json"))
    .option("--json", "print how each job ended as a line of JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  warm run valheim seed=MySeed\n  warm run valheim --each seeds.txt --json > results.jsonl",
    )
    .action(action(async () => (await import("../commands/run.js")).runRun));
  addWatcher(program.command("jobs"))
    .description("list the jobs that are under way, and the last ones that were")
    .argument("[pool]", "only those of this one")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  warm jobs valheim")
    .action(action(async () => (await import("../commands/jobs.js")).runJobs));
  addWatcher(program.command("result"))
    .description("fetch the result of a job as a tar archive, as from a watcher on another machine")
    .argument("<job>", "its id, as `warm jobs` shows it")
    .option("-o, --output <file>", "write it there; default standard output")
    .addHelpText("after", "\nExample:\n  warm result job-0f8c1b9e-4f2a91 | tar -x -C out")
    .action(action(async () => (await import("../commands/result.js")).runResult));
  addWatcher(program.command("cancel"))
    .description("take a job back; it ends unless others asked for it too")
    .argument("<job>", "its id, as `warm jobs` shows it")
    .addHelpText("after", "\nExample:\n  warm cancel $(warm run valheim seed=MySeed --detach)")
    .action(action(async () => (await import("../commands/cancel.js")).runCancel));
}
