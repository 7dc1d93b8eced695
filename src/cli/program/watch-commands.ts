import { type Command, Option } from "commander";
import { type Action, addStateDir } from "../add-command.js";
import { collect, duration } from "../option-values.js";
import { addGitOptions } from "../watch/git-options.js";
import { explain, type HelpText, inGroup } from "./help-text.js";

/** The watcher, and the commands that hold it back by a file. */
export function addWatchCommands(program: Command, action: Action): void {
  program.commandsGroup("Watch:");
  addWatch(program, action);
  addStateDir(
    explain(program.command("pause"), PAUSE)
      .option("--for <duration>", "end the pause by itself after this long, such as 2h", duration)
      .option("--reason <text>", "why, for whoever meets it"),
  ).action(action(async () => (await import("../commands/pause.js")).runPause));
  addStateDir(
    explain(program.command("resume"), RESUME).option(
      "--allow-deletes",
      "let the next pass delete what its guard held back",
    ),
  ).action(action(async () => (await import("../commands/pause.js")).runResume));
}

function addWatch(program: Command, action: Action): void {
  const watch = addStateDir(
    explain(program.command("watch"), WATCH).option(
      "--once",
      "one round until all that can be done is done, as for cron",
    ),
  ).option("--grace <duration>", "how long what is in flight may take after SIGTERM; default 8s", duration);
  inGroup(watch, "Where the file is from:", addGitOptions);
  inGroup(watch, "Log:", addLogOptions);
  inGroup(watch, "Over the network:", addNetworkOptions);
  watch.action(action(async () => (await import("../commands/watch.js")).runWatch));
}

function addLogOptions(watch: Command): Command {
  return watch
    .addOption(
      new Option("--log-format <format>", "of each line; default text on a terminal, json elsewhere").choices(
        ["text", "json"],
      ),
    )
    .addOption(
      new Option("--log-level <level>", "the least that is logged")
        .choices(["debug", "info", "warn", "error"])
        .default("info"),
    );
}

function addNetworkOptions(watch: Command): Command {
  return watch
    .option("--listen <host:port>", "answer over the network too, to whoever has a token")
    .option("--token-file <path>", "`scope:token` lines: who may ask over the network; or WARM_API_TOKENS")
    .option(
      "--allow-host <name>",
      "a name under which it may be asked, such as warm.example.com (repeatable)",
      collect,
    );
}

const WATCH: HelpText = {
  summary: "keep the host as the file says: correct drift on a timer and on every Docker event",
  details: [
    "Holds the project's lock and makes passes: look at everything, plan, begin what is due. What fails is tried again with growing pauses, what flaps is left alone, a file that would delete too much is not carried out, and while a file is bad the last good one stays in use. It keeps the engine pools, runs jobs, and answers on a socket in the state directory.",
    "With --git the file is one in a repository, looked at by the system's git every --poll. A force push, a deleted branch, a broken file or a repository that is away leave the last good revision in use.",
    "SIGHUP reads the file, its secrets and the tokens again. SIGTERM begins nothing more, finishes what is in flight within --grace and gives the lock back. A second watcher stands by until the lock is free. Logs go to standard error.",
  ],
  examples: [
    ["warm watch", "until it is stopped"],
    ["warm watch --once", "in cron: one round, which exits as apply would"],
    ["warm watch --listen 0.0.0.0:7077 --token-file tokens", "for callers on other machines"],
    [
      "warm watch --git https://github.com/acme/infra --ref main",
      "what is merged there is what is kept here",
    ],
    ["warm watch --rollback-on-failure", "a file whose work fails for good is left for the last good one"],
    ["warm watch --log-format json --log-level debug 2> warm.log", "when something is to be found out"],
  ],
  exitCodes: [
    ["0", "it was stopped, and ended in good order"],
    ["4", "too many deletions were held back (--once)"],
    ["6", "something is left to do (--once)"],
    ["7", "something is not healthy (--once)"],
    ["8", "the project is locked (--once)"],
  ],
  seeAlso: ["status", "reconcile", "pause", "events"],
};

const PAUSE: HelpText = {
  summary: "let the watcher look and tell, and change nothing",
  details: [
    "For work by hand on the host. A paused watcher starts and removes nothing, engines neither; leases, jobs and resets of engines that are there go on. The pause is a file in the state directory: it outlives the watcher, and may be set before there is one. `warm apply` does not heed it.",
  ],
  examples: [
    ["warm pause --for 2h --reason 'the disk is being replaced'", "ends by itself"],
    ["warm pause", "until `warm resume`"],
  ],
  seeAlso: ["resume", "status"],
};

const RESUME: HelpText = {
  summary: "end a pause, and have everything tried anew, flapping resources too",
  details: [
    "It also does what it says without a pause: what failed or flapped is tried at once. --allow-deletes lets through exactly the deletions that the guard holds back at that moment, and no later ones.",
  ],
  examples: [
    ["warm resume", "the watcher goes on"],
    ["warm resume --allow-deletes", "after a look at what `warm plan` would delete"],
  ],
  seeAlso: ["pause", "reconcile", "plan"],
};
