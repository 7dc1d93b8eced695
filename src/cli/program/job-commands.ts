import { type Command, Option } from "commander";
import { type Action, addWatcher } from "../add-command.js";
import { wholeNumber } from "../option-values.js";
import { explain, type HelpText } from "./help-text.js";

/** Commands that ask for jobs, look at them and take them back. */
export function addJobCommands(program: Command, action: Action): void {
  program.commandsGroup("Jobs:");
  addRun(program, action);
  addWatcher(explain(program.command("jobs"), JOBS))
    .argument("[pool]", "only those of this one")
    .option("--json", "print JSON")
    .action(action(async () => (await import("../commands/jobs.js")).runJobs));
  addWatcher(explain(program.command("result"), RESULT))
    .argument("<job>", "its id, as `warm jobs` shows it")
    .option("-o, --output <file>", "write it there; default standard output")
    .action(action(async () => (await import("../commands/result.js")).runResult));
  addWatcher(explain(program.command("cancel"), CANCEL))
    .argument("<job>", "its id, as `warm jobs` shows it")
    .action(action(async () => (await import("../commands/cancel.js")).runCancel));
}

function addRun(program: Command, action: Action): void {
  addWatcher(explain(program.command("run"), RUN))
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
    .action(action(async () => (await import("../commands/run.js")).runRun));
}

const RUN: HelpText = {
  summary: "run a job of a pool on one of its engines, and wait; a result that is there is used",
  details: [
    "Equal jobs that are asked for at the same time are one. A job whose engine dies is tried on another one. A result is whole or not there: it lands in the file's dataDir, with a manifest. Ctrl-C cancels what is under way unless others asked for it too; once more leaves at once.",
  ],
  examples: [
    ["warm run valheim seed=MySeed", "one job; says where its data is"],
    ["warm run valheim --each seeds.txt --json > results.jsonl", "a job a line, spread over the pool"],
    ["warm run valheim seed=MySeed --force", "anew, whatever is there"],
    ["warm run valheim seed=MySeed --detach", "only ask; `warm jobs` shows how it goes"],
  ],
  exitCodes: [
    ["0", "every job has its result"],
    ["1", "one has none"],
  ],
  seeAlso: ["jobs", "result", "cache ls", "engines"],
};

const JOBS: HelpText = {
  summary: "list the jobs that are under way, and the last ones that were",
  examples: [
    ["warm jobs", "of all pools"],
    ["warm jobs valheim --json | jq .", "of one, for a tool"],
  ],
  exitCodes: [["1", "no watcher answers, or it has no such pool"]],
  seeAlso: ["run", "cancel", "result"],
};

const RESULT: HelpText = {
  summary: "fetch the result of a job as a tar archive, as from a watcher on another machine",
  details: [
    "The manifest comes first. A file that is named is there whole or not at all; on standard output the exit code says whether it was whole. On the machine of the watcher the result is a folder already: `warm run` says where.",
  ],
  examples: [
    ["warm result job-0f8c1b9e-4f2a91b0-d3c | tar -x -C out", "unpacked in a folder"],
    ["warm result job-0f8c1b9e-4f2a91b0-d3c --output world.tar", "as a file"],
  ],
  exitCodes: [["1", "no such job, no result, or the archive was cut off"]],
  seeAlso: ["run", "jobs"],
};

const CANCEL: HelpText = {
  summary: "take a job back; it ends unless others asked for it too",
  examples: [
    ["warm cancel job-0f8c1b9e-4f2a91b0-d3c", "by the id that `warm jobs` shows"],
    ["warm cancel $(warm run valheim seed=MySeed --detach)", "one that was only just asked for"],
  ],
  exitCodes: [["1", "no watcher answers, or there is no such job"]],
  seeAlso: ["jobs", "run"],
};
