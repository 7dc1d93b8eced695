import type { Command } from "commander";
import type { Action } from "../add-command.js";
import { age, size } from "../option-values.js";
import { explain, type HelpText } from "./help-text.js";

/** Commands on the results of jobs. */
export function addCacheCommands(program: Command, action: Action): void {
  program.commandsGroup("Jobs:");
  const cache = explain(program.command("cache"), CACHE);
  explain(cache.command("ls"), LIST)
    .option("--json", "print JSON")
    .action(action(async () => (await import("../commands/cache.js")).runCacheList));
  explain(cache.command("verify"), VERIFY)
    .option("--json", "print JSON")
    .action(action(async () => (await import("../commands/cache.js")).runCacheVerify));
  explain(cache.command("prune"), PRUNE)
    .option("--max-size <size>", "the least recently used, until no more than this is left", size)
    .option("--older-than <duration>", "those that were not used for so long, such as 12h or 30d", age)
    .option("--hash <hash>", "this one; the beginning of its hash will do")
    .option("--dry-run", "only say what would go")
    .option("--json", "print JSON")
    .action(action(async () => (await import("../commands/cache.js")).runCachePrune));
}

const CACHE: HelpText = {
  summary: "see, check or remove results of jobs; needs no watcher",
  details: ["Results lie in the file's dataDir, each in a folder of its own with a manifest."],
  examples: [["warm cache ls", "what is there"]],
  seeAlso: ["run", "result"],
};

const LIST: HelpText = {
  summary: "list the results, last used first",
  examples: [
    ["warm cache ls", "for people"],
    ["warm cache ls --json | jq .", "for a tool"],
  ],
  seeAlso: ["cache prune"],
};

const VERIFY: HelpText = {
  summary: "read every file of every result, and compare it with its manifest",
  details: ["It removes nothing: `warm run --force` makes a broken result anew."],
  examples: [["warm cache verify", "after a disk has made trouble"]],
  exitCodes: [["1", "a file is not as its manifest says"]],
  seeAlso: ["cache prune", "run"],
};

const PRUNE: HelpText = {
  summary: "remove results, each as a whole; a watcher may run meanwhile",
  details: ["One of --max-size, --older-than and --hash says which."],
  examples: [
    ["warm cache prune --max-size 10GiB --dry-run", "what would go"],
    ["warm cache prune --older-than 30d", "what nobody has asked for in a month"],
    ["warm cache prune --hash 282a51", "one of them"],
  ],
  exitCodes: [["64", "nothing, or more than one thing, says which are to go"]],
  seeAlso: ["cache ls"],
};
