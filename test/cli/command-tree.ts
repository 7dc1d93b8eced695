import type { Command } from "commander";
import { createProgram } from "../../src/cli/program.js";
import type { Terminal } from "../../src/cli/terminal.js";
import { makeStyle } from "../../src/report/text/style.js";

const style = makeStyle({ color: false });
const silent: Terminal = {
  print: () => undefined,
  note: () => undefined,
  out: style,
  err: style,
  columns: Number.POSITIVE_INFINITY,
  isLive: false,
  canAsk: false,
  ask: async () => undefined,
};

/** A program of its own, as the command line makes it. @param words what is asked for; default: it has all commands */
export const makeProgram = (words: readonly string[] = []): Promise<Command> =>
  createProgram({ terminal: silent, env: {}, cwd: "/" }, () => undefined, words);

/** A command and all below it that help lists, without the command `help` itself. */
export function listCommands(command: Command): readonly Command[] {
  const below = command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== "help");
  return [command, ...below.flatMap(listCommands)];
}

/** As it is typed: `warm lock status`. */
export const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

/** What `--help` prints. */
export function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => 80,
  });
  command.outputHelp();
  return text;
}

/** The command lines under `Examples:` in a help, without what is said of them. */
export function examplesOf(help: string): readonly string[] {
  const [, section = ""] = /^Examples?:\n((?: {2}.*\n?)+)/m.exec(help) ?? [];
  return section
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
