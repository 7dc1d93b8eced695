import { type Command, Option } from "commander";
import { type Action, addWatcher } from "../add-command.js";
import { collect, duration, wholeNumber } from "../option-values.js";

/** Commands on the engines of pools. */
export function addEngineCommands(program: Command, action: Action): void {
  addWatcher(program.command("engines"))
    .description("list the engines of the pools that a watcher keeps")
    .argument("[pool]", "only this one")
    .option("--json", "print JSON")
    .addOption(new Option("--watch", "draw the list anew each second").conflicts("json"))
    .action(action(async () => (await import("../commands/engines.js")).runEngines));
  addWatcher(program.command("lease"))
    .description("take an engine of a pool, run a command with it, give it back")
    .argument("<pool>", "whose engine")
    .argument("[command...]", "after `--`; without one the lease is printed and stays")
    .option("--ttl <duration>", "how long it lasts unrenewed; default the pool's", duration)
    .option("--wait <duration>", "how long to stand in the queue; default 60s", duration)
    .option("--priority <number>", "higher ones are served first; default 0", wholeNumber)
    .option("--key <text>", "the same key gives the same lease while it is held")
    .option("--holder <name>", "who it is, for people; default user@host:pid")
    .option("--env <name=value>", "set in the engine; a name alone has the value here (repeatable)", collect)
    .option("--put <from:to>", "put a file of ours into the engine (repeatable)", collect)
    .option("--dirty-on-failure", "replace the engine when the command fails")
    .action(action(async () => (await import("../commands/lease.js")).runLease));
  addWatcher(program.command("release"))
    .description("end a lease, whoever holds it")
    .argument("<lease>", "its id")
    .option("--dirty", "replace the engine instead of resetting it")
    .action(action(async () => (await import("../commands/release.js")).runRelease));
  addWatcher(program.command("recycle"))
    .description("replace engines that nobody uses; closes the pool's breaker")
    .argument("<pool[/slot]>", "all engines of a pool, or one")
    .action(action(async () => (await import("../commands/recycle.js")).runRecycle));
  addWatcher(program.command("canary"))
    .description("prove that a reset is clean: plant a marker, reset, look for it; exit 1 if it is found")
    .argument("<pool>", "in whose engine")
    .option("--wait <duration>", "how long to wait for an engine; default 60s", duration)
    .option("--json", "print JSON")
    .action(action(async () => (await import("../commands/canary.js")).runCanary));
}
