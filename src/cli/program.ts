import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { type Action, addStateDir, addWatcher, type Run, STATE_DIR } from "./add-command.js";
import { addCacheCommands } from "./cache/cache-commands.js";
import type { CommandContext, GlobalOptions } from "./command-context.js";
import { collect, duration, wholeNumber } from "./option-values.js";
import { addJobCommands } from "./run/job-commands.js";

type Base = Omit<CommandContext, "global">;

/**
 * The command line. Each command's code is loaded only when it is the one that runs.
 * @param done is told the exit code of a command that ended well.
 */
export function createProgram(base: Base, done: (exitCode: number) => void): Command {
  const program = new Command("warm")
    .description(
      "Keeps Docker hosts warm: you declare in warm.yaml what must be hot, `warm plan` shows what is missing, `warm apply` makes it so, `warm watch` keeps it so.",
    )
    .version(readVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this")
    .helpCommand("help [command]", "print the help of a command")
    .option("-f, --file <path>", "the file that declares what is wanted", "warm.yaml")
    .option("-H, --host <endpoint>", "Docker endpoint; default as the docker CLI chooses it")
    .exitOverride()
    .showHelpAfterError("(warm --help lists the commands)")
    .addHelpText("after", "\nStart with `warm init`. `warm help plan` says more of a command.")
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false });

  /** Binds a lazily loaded command to commander's way of calling. */
  const action =
    <Arguments extends unknown[], Options>(load: () => Promise<Run<Arguments, Options>>) =>
    async (...received: unknown[]) => {
      const command = received.at(-1) as Command;
      const run = await load();
      const context: CommandContext = { ...base, global: program.opts<GlobalOptions>() };
      done(await run(context, command.opts() as Options, ...(received.slice(0, -2) as Arguments)));
    };

  addFileCommands(program, action);
  addPlanCommands(program, action);
  addApplyCommands(program, action);
  addWatchCommands(program, action);
  addWatcherCommands(program, action);
  addEngineCommands(program, action);
  addJobCommands(program, action);
  addCacheCommands(program, action);
  addLookCommands(program, action);
  for (const command of program.commands)
    command.showHelpAfterError(`(warm ${command.name()} --help lists its options)`);
  return program;
}

function addFileCommands(program: Command, action: Action): void {
  program
    .command("init")
    .description("write a first warm.yaml with comments; never over an existing file")
    .action(action(async () => (await import("./commands/init.js")).runInit));
  program
    .command("validate")
    .description("check the file and tell every problem at once; speaks to no Docker")
    .addOption(
      new Option("--format <format>", "how to tell").choices(["text", "json", "github"]).default("text"),
    )
    .action(action(async () => (await import("./commands/validate.js")).runValidate));
  program
    .command("schema")
    .description("print a JSON Schema")
    .argument("[name]", "`warm` for warm.yaml, `plan` for the plan document", "warm")
    .action(action(async () => (await import("./commands/schema.js")).runSchema));
}

function addPlanCommands(program: Command, action: Action): void {
  const plan = program
    .command("plan")
    .description("show what apply would do; only reads")
    .addOption(new Option("--format <format>", "how to print it").choices(["text", "json"]).default("text"))
    .option("--out <file>", "save the plan for `warm apply <file>` (mode 0600)")
    .option("--detailed-exitcode", "exit 2 when there are changes")
    .option("--destroy", "plan the removal of all that is ours")
    .option("-v, --verbose", "show unchanged resources and the plan's digest too");
  addSelection(addStateDir(plan)).action(action(async () => (await import("./commands/plan.js")).runPlan));
}

function addApplyCommands(program: Command, action: Action): void {
  const apply = program
    .command("apply")
    .description("make the host match the file")
    .argument("[plan]", "a plan saved with `warm plan --out`: exactly its changes, or exit 5")
    .option("--expect-plan <digest>", "apply only if the plan has this digest, else exit 5");
  addSelection(addRunOptions(apply)).action(
    action(async () => (await import("./commands/apply.js")).runApply),
  );
  addRunOptions(program.command("destroy").description("remove everything that is ours on the host")).action(
    action(async () => (await import("./commands/apply.js")).runDestroy),
  );
}

function addWatchCommands(program: Command, action: Action): void {
  addStateDir(
    program
      .command("watch")
      .description("keep the host as the file says: correct drift on a timer and on every Docker event")
      .option("--once", "one round until all that can be done is done, as for cron"),
  )
    .addOption(
      new Option("--log-format <format>", "default: text on a terminal, json elsewhere").choices([
        "text",
        "json",
      ]),
    )
    .addOption(
      new Option("--log-level <level>", "the least that is logged")
        .choices(["debug", "info", "warn", "error"])
        .default("info"),
    )
    .option("--listen <host:port>", "answer over the network too, to whoever has a token")
    .option("--token-file <path>", "`scope:token` lines: who may ask over the network; or WARM_API_TOKENS")
    .option(
      "--allow-host <name>",
      "a name under which it may be asked, such as warm.example.com; repeatable",
      collect,
    )
    .option("--grace <duration>", "how long what is in flight may take after SIGTERM; default 8s", duration)
    .action(action(async () => (await import("./commands/watch.js")).runWatch));
  addStateDir(
    program
      .command("pause")
      .description("let the watcher look and tell, and change nothing")
      .option("--for <duration>", "end the pause by itself after this long, such as 2h", duration)
      .option("--reason <text>", "why, for whoever meets it"),
  ).action(action(async () => (await import("./commands/pause.js")).runPause));
  addStateDir(
    program
      .command("resume")
      .description("end a pause, and have everything tried anew, flapping resources too")
      .option("--allow-deletes", "let the next pass delete what its guard held back"),
  ).action(action(async () => (await import("./commands/pause.js")).runResume));
}

/** What is asked of a watcher as a whole. */
function addWatcherCommands(program: Command, action: Action): void {
  addWatcher(program.command("reconcile"))
    .description(
      "have the watcher read the file again, try everything anew, and wait until nothing is left to do",
    )
    .option("--timeout <duration>", "how long to wait, then exit 6; default 5m; 0s: not at all", duration)
    .action(action(async () => (await import("./commands/reconcile.js")).runReconcile));
  addWatcher(program.command("events"))
    .description("print what the watcher does, as it does it, until it is interrupted")
    .argument("[type...]", "only these: pass, work, transition, pool, job")
    .option("--json", "print each event as a line of JSON")
    .addHelpText("after", "\nExample:\n  warm events transition job --json | jq .")
    .action(action(async () => (await import("./commands/events.js")).runEvents));
}

function addEngineCommands(program: Command, action: Action): void {
  addWatcher(program.command("engines"))
    .description("list the engines of the pools that a watcher keeps")
    .argument("[pool]", "only this one")
    .option("--json", "print JSON")
    .addOption(new Option("--watch", "draw the list anew each second").conflicts("json"))
    .action(action(async () => (await import("./commands/engines.js")).runEngines));
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
    .action(action(async () => (await import("./commands/lease.js")).runLease));
  addWatcher(program.command("release"))
    .description("end a lease, whoever holds it")
    .argument("<lease>", "its id")
    .option("--dirty", "replace the engine instead of resetting it")
    .action(action(async () => (await import("./commands/release.js")).runRelease));
  addWatcher(program.command("recycle"))
    .description("replace engines that nobody uses; closes the pool's breaker")
    .argument("<pool[/slot]>", "all engines of a pool, or one")
    .action(action(async () => (await import("./commands/recycle.js")).runRecycle));
  addWatcher(program.command("canary"))
    .description("prove that a reset is clean: plant a marker, reset, look for it; exit 1 if it is found")
    .argument("<pool>", "in whose engine")
    .option("--wait <duration>", "how long to wait for an engine; default 60s", duration)
    .option("--json", "print JSON")
    .action(action(async () => (await import("./commands/canary.js")).runCanary));
}

function addLookCommands(program: Command, action: Action): void {
  addWatcher(program.command("status"))
    .description("list every resource with its state and health, and what a watcher knows of it; only reads")
    .option("--json", "print JSON")
    .addOption(new Option("--wait <state>", "wait until all is in sync and healthy").choices(["ready"]))
    .option("--timeout <duration>", "how long to wait, then exit 7; default 5m", duration)
    .action(action(async () => (await import("./commands/status.js")).runStatus));
  addStateDir(program.command("explain"))
    .description("say why a resource is, or is not, in sync; only reads")
    .argument("<address>", "as plan and status print it")
    .option("--json", "print JSON")
    .action(action(async () => (await import("./commands/explain.js")).runExplain));
  program
    .command("doctor")
    .description("check endpoint, versions, disk, registries, and what would fail")
    .option("--json", "print JSON")
    .action(action(async () => (await import("./commands/doctor.js")).runDoctor));
  const lock = program.command("lock").description("see or break the project's lock");
  lock
    .command("status")
    .description("who holds the lock")
    .option("--json", "print JSON")
    .action(action(async () => (await import("./commands/lock.js")).runLockStatus));
  lock
    .command("break")
    .description("take the lock away from its holder, who will stop at its next step")
    .option("--force", "even if it has not expired")
    .action(action(async () => (await import("./commands/lock.js")).runLockBreak));
}

function addSelection(command: Command): Command {
  return command
    .option("--target <address>", "only this and what it depends on (repeatable)", collect)
    .option("--exclude <address>", "not this nor what depends on it (repeatable)", collect)
    .option("--replace <address>", "make this anew even if nothing has changed (repeatable)", collect)
    .option("--adopt <address>", "take over the foreign object that has this name (repeatable)", collect);
}

function addRunOptions(command: Command): Command {
  return command
    .option("--auto-approve", "do not ask")
    .option("--json", "print events as NDJSON, the summary last")
    .option("--lock-timeout <duration>", "how long to wait for a lock that is held, such as 5m", duration)
    .option("--reason <text>", "why, for whoever meets the lock")
    .option("--state-dir <directory>", STATE_DIR);
}

/** From dist/cli as from src/cli, the package's root is two levels up. */
function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
