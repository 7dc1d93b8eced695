import { Command } from "commander";
import type { Action, Run } from "./add-command.js";
import type { CommandContext, GlobalOptions } from "./command-context.js";
import { explainProgram } from "./program/explain-program.js";
import { helpLayout } from "./program/help-text.js";
import { readVersion } from "./read-version.js";

type Base = Omit<CommandContext, "global">;

interface Topic {
  readonly commands: readonly string[];
  readonly load: () => Promise<(program: Command, action: Action) => void>;
}

/** In the order in which the help lists them. */
const TOPICS: readonly Topic[] = [
  {
    commands: ["init", "validate", "schema"],
    load: async () => (await import("./program/file-commands.js")).addFileCommands,
  },
  {
    commands: ["import"],
    load: async () => (await import("./program/import-commands.js")).addImportCommands,
  },
  {
    commands: ["plan", "drift", "snapshot"],
    load: async () => (await import("./program/plan-commands.js")).addPlanCommands,
  },
  {
    commands: ["apply", "destroy"],
    load: async () => (await import("./program/apply-commands.js")).addApplyCommands,
  },
  {
    commands: ["watch", "pause", "resume"],
    load: async () => (await import("./program/watch-commands.js")).addWatchCommands,
  },
  {
    commands: ["events", "reconcile"],
    load: async () => (await import("./program/watcher-commands.js")).addWatcherCommands,
  },
  {
    commands: ["engines", "lease", "release", "recycle", "canary"],
    load: async () => (await import("./program/engine-commands.js")).addEngineCommands,
  },
  {
    commands: ["run", "jobs", "result", "cancel"],
    load: async () => (await import("./program/job-commands.js")).addJobCommands,
  },
  {
    commands: ["cache"],
    load: async () => (await import("./program/cache-commands.js")).addCacheCommands,
  },
  {
    commands: ["status", "explain", "doctor"],
    load: async () => (await import("./program/look-commands.js")).addLookCommands,
  },
  {
    commands: ["graph"],
    load: async () => (await import("./program/picture-commands.js")).addPictureCommands,
  },
  {
    commands: ["lock"],
    load: async () => (await import("./program/lock-commands.js")).addLockCommands,
  },
  // What completes command lines has to know all of them.
  {
    commands: [],
    load: async () => (await import("./program/completion-commands.js")).addCompletionCommands,
  },
];

/** The topic of the command that is named first, where nothing but the file and the host are told before it. */
function topicsOf(words: readonly string[]): readonly Topic[] {
  const isGlobal = (word: string | undefined) => word !== undefined && GLOBAL_OPTIONS.includes(word);
  let at = 0;
  while (isGlobal(words[at])) at += 2;
  const topic = TOPICS.find(({ commands }) => commands.includes(words[at] ?? ""));
  return topic === undefined ? TOPICS : [topic];
}

const GLOBAL_OPTIONS = ["-f", "--file", "-H", "--host"];

/**
 * The command line: a file in program/ for each topic. Each command's code is loaded only when it is the one that runs.
 * @param done is told the exit code of a command that ended well.
 * @param words what is asked for: of other topics than that of its command nothing is loaded. Default: all are
 */
export async function createProgram(
  base: Base,
  done: (exitCode: number) => void,
  words: readonly string[] = [],
): Promise<Command> {
  const program = explainProgram(new Command("warm"))
    .version(readVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this")
    .helpCommand("help [command]", "print the help of a command")
    .option("-f, --file <path>", "the file that declares what is wanted", "warm.yaml")
    .option("-H, --host <endpoint>", "Docker endpoint; default as the docker CLI chooses it")
    .exitOverride()
    .showHelpAfterError("(warm --help lists the commands)")
    .configureHelp(helpLayout);

  /** Binds a lazily loaded command to commander's way of calling. */
  const action =
    <Arguments extends unknown[], Options>(load: () => Promise<Run<Arguments, Options>>) =>
    async (...received: unknown[]) => {
      const command = received.at(-1) as Command;
      const run = await load();
      const context: CommandContext = { ...base, global: program.opts<GlobalOptions>() };
      done(await run(context, command.opts() as Options, ...(received.slice(0, -2) as Arguments)));
    };

  for (const { load } of topicsOf(words)) (await load())(program, action);
  program.commandsGroup("");
  for (const command of program.commands)
    command.showHelpAfterError(`(warm ${command.name()} --help lists its options)`);
  return program;
}
