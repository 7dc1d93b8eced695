import { type Command, Option } from "commander";
import { type Action, addWatcher } from "../add-command.js";
import { collect, duration, wholeNumber } from "../option-values.js";
import { explain, type HelpText } from "./help-text.js";

/** Commands on the engines of pools. */
export function addEngineCommands(program: Command, action: Action): void {
  program.commandsGroup("Engines:");
  addWatcher(explain(program.command("engines"), ENGINES))
    .argument("[pool]", "only this one")
    .option("--json", "print JSON")
    .addOption(new Option("--watch", "draw the list anew each second").conflicts("json"))
    .action(action(async () => (await import("../commands/engines.js")).runEngines));
  addLease(program, action);
  addWatcher(explain(program.command("release"), RELEASE))
    .argument("<lease>", "its id")
    .option("--dirty", "replace the engine instead of resetting it")
    .action(action(async () => (await import("../commands/release.js")).runRelease));
  addWatcher(explain(program.command("recycle"), RECYCLE))
    .argument("<pool[/slot]>", "all engines of a pool, or one")
    .action(action(async () => (await import("../commands/recycle.js")).runRecycle));
  addWatcher(explain(program.command("canary"), CANARY))
    .argument("<pool>", "in whose engine")
    .option("--wait <duration>", "how long to wait for an engine; default 60s", duration)
    .option("--json", "print JSON")
    .action(action(async () => (await import("../commands/canary.js")).runCanary));
}

function addLease(program: Command, action: Action): void {
  addWatcher(explain(program.command("lease"), LEASE))
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
}

const ENGINES: HelpText = {
  summary: "list the engines of the pools that a watcher keeps",
  details: ["Each with its state, since when, how many jobs it has run, and who holds it or why it is so."],
  examples: [
    ["warm engines", "all pools"],
    ["warm engines renderer --watch", "one pool, drawn anew each second until Ctrl-C"],
    ["warm engines --json | jq .", "for a tool"],
  ],
  exitCodes: [["1", "no watcher answers, or it has no such pool"]],
  seeAlso: ["lease", "recycle", "status"],
};

const LEASE: HelpText = {
  summary: "take an engine of a pool, run a command with it, give it back",
  details: [
    "Waits in the queue if no engine is ready. The command runs here, not in the engine: it finds its engine by WARM_ENGINE_ADDRESS, WARM_ENGINE_PORT_<port>, WARM_ENGINE_CONTAINER, WARM_ENGINE, WARM_LEASE_ID and WARM_LEASE_FENCE. The lease is renewed while it runs, and the command is stopped if the lease is lost.",
    "Without a command the lease is printed as JSON, and is yours to renew over HTTP and to end with `warm release`. Values of --env and files of --put are in no log.",
  ],
  examples: [
    ["warm lease renderer -- ./render.sh", "an engine for one command"],
    [
      "warm lease renderer --env SCENE=tower --put a.json:/in/a.json -- ./render.sh",
      "with settings of its own",
    ],
    ["warm lease renderer --wait 5m --priority 10 --dirty-on-failure -- make test", "patient, but first"],
    ["warm lease renderer --ttl 10m --key ci-17 > lease.json", "to keep, and to end with `warm release`"],
  ],
  exitCodes: [
    ["1", "no engine in time, no watcher, or the lease was lost"],
    ["126", "the command cannot be run"],
    ["127", "there is no such command"],
    ["else", "as the command exits"],
  ],
  seeAlso: ["engines", "release", "run"],
};

const RELEASE: HelpText = {
  summary: "end a lease, whoever holds it",
  details: [
    "The engine is reset and handed out again, or replaced with --dirty. Whoever still works with it is refused from then on: its fence is no longer the lease's.",
  ],
  examples: [
    ["warm release 7c41d09be2f3a85610", "`warm engines --json` shows the ids"],
    ["warm release 7c41d09be2f3a85610 --dirty", "its engine cannot be trusted"],
  ],
  exitCodes: [["1", "no watcher answers, or there is no such lease"]],
  seeAlso: ["lease", "engines"],
};

const RECYCLE: HelpText = {
  summary: "replace engines that nobody uses; closes the pool's breaker",
  details: [
    "Each replacement is ready before the old engine goes. No lease is ended: an engine in use is replaced when it is given back. It also goes on with a rollout that is paused.",
  ],
  examples: [
    ["warm recycle renderer", "all engines of a pool"],
    ["warm recycle renderer/2", "one"],
  ],
  exitCodes: [["1", "no watcher answers, or there is no such engine"]],
  seeAlso: ["engines", "canary"],
};

const CANARY: HelpText = {
  summary: "prove that a reset is clean: plant a marker, reset, look for it",
  details: [
    "Leases an engine, leaves a marker in /tmp, /var/tmp, /dev/shm and every folder that was written to since the engine was made, runs the pool's reset and looks for the markers. That engine is replaced afterwards.",
  ],
  examples: [
    ["warm canary renderer", "after a change of the reset's steps"],
    ["warm canary renderer --wait 5m --json | jq .isClean", "in a nightly job"],
  ],
  exitCodes: [
    ["0", "no marker survived"],
    ["1", "one did; or there was no engine in time, or no watcher"],
  ],
  seeAlso: ["engines", "recycle"],
};
