import type { Command } from "commander";
import type { Action } from "../add-command.js";
import { age, size } from "../option-values.js";

/** Commands on the results of jobs. */
export function addCacheCommands(program: Command, action: Action): void {
  const cache = program
    .command("cache")
    .description("see, check or remove results of jobs; needs no watcher");
  cache
    .command("ls")
    .description("list the results, last used first")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  warm cache ls")
    .action(action(async () => (await import("../commands/cache.js")).runCacheList));
  cache
    .command("verify")
    .description("read every file of every result; exit 1 if one is not as its manifest says")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  warm cache verify")
    .action(action(async () => (await import("../commands/cache.js")).runCacheVerify));
  cache
    .command("prune")
    .description("remove results, each as a whole; a watcher may run meanwhile")
    .option("--max-size <size>", "the least recently used, until no more than this is left", size)
    .option("--older-than <duration>", "those that were not used for so long", age)
    .option("--hash <hash>", "this one; the beginning of its hash will do")
    .option("--dry-run", "only say what would go")
    .option("--json", "print JSON")
    .addHelpText("after", "\nExample:\n  warm cache prune --max-size 10GiB --dry-run")
    .action(action(async () => (await import("../commands/cache.js")).runCachePrune));
}
