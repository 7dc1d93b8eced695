import { Command } from "commander";
import { readPackageFile } from "../package-file.js";
import type { Run } from "./add-command.js";
import type { CommandContext, GlobalOptions } from "./command-context.js";
import { addApplyCommands } from "./program/apply-commands.js";
import { addCacheCommands } from "./program/cache-commands.js";
import { addCompletionCommands } from "./program/completion-commands.js";
import { addEngineCommands } from "./program/engine-commands.js";
import { explainProgram } from "./program/explain-program.js";
import { addFileCommands } from "./program/file-commands.js";
import { helpLayout } from "./program/help-text.js";
import { addImportCommands } from "./program/import-commands.js";
import { addJobCommands } from "./program/job-commands.js";
import { addLockCommands } from "./program/lock-commands.js";
import { addLookCommands } from "./program/look-commands.js";
import { addPictureCommands } from "./program/picture-commands.js";
import { addPlanCommands } from "./program/plan-commands.js";
import { addWatchCommands } from "./program/watch-commands.js";
import { addWatcherCommands } from "./program/watcher-commands.js";

type Base = Omit<CommandContext, "global">;

/**
 * The command line: a file in program/ for each topic. Each command's code is loaded only when it is the one that runs.
 * @param done is told the exit code of a command that ended well.
 */
export function createProgram(base: Base, done: (exitCode: number) => void): Command {
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

  addFileCommands(program, action);
  addImportCommands(program, action);
  addPlanCommands(program, action);
  addApplyCommands(program, action);
  addWatchCommands(program, action);
  addWatcherCommands(program, action);
  addEngineCommands(program, action);
  addJobCommands(program, action);
  addCacheCommands(program, action);
  addLookCommands(program, action);
  addPictureCommands(program, action);
  addLockCommands(program, action);
  addCompletionCommands(program, action);
  program.commandsGroup("");
  for (const command of program.commands)
    command.showHelpAfterError(`(warm ${command.name()} --help lists its options)`);
  return program;
}

function readVersion(): string {
  return (JSON.parse(readPackageFile("package.json")) as { version: string }).version;
}
