import type { Argument, Command, Option } from "commander";
import type {
  CompletedCommand,
  CompletedOption,
  Completes,
} from "../../report/completion/completion-tree.js";

/** What the name of a placeholder says of its values: `--out <file>`. */
const BY_PLACEHOLDER: Readonly<Record<string, Completes>> = {
  "file": { type: "files" },
  "path": { type: "files" },
  "file|url": { type: "files" },
  "from:to": { type: "files" },
  "plan": { type: "files" },
  "planfile": { type: "files" },
  "command": { type: "files" },
  "directory": { type: "folders" },
  "address": { type: "resources" },
  "pool": { type: "pools" },
  "pool[/slot]": { type: "pools" },
};
const NOTHING: Completes = { type: "nothing" };

/** What completion has to know of a program: all that its help shows. */
export function readCommandTree(program: Command): CompletedCommand {
  return readCommand(program, [], []);
}

function readCommand(
  command: Command,
  path: readonly string[],
  inherited: readonly CompletedOption[],
): CompletedCommand {
  const help = command.createHelp();
  const own = help.visibleOptions(command).map(readOption);
  const options = [...own, ...inherited];
  const visible = help.visibleCommands(command);
  const names = visible.map((one) => one.name());
  // Each command has its own `--help`.
  const global = options.filter(({ flags }) => !flags.includes("--help") && !flags.includes("--version"));
  return {
    path,
    summary: help.subcommandDescription(command),
    options,
    arguments: command.registeredArguments.map(readArgument),
    isVariadic: command.registeredArguments.at(-1)?.variadic === true,
    commands: visible.map((one) =>
      one.name() === "help"
        ? readHelpCommand(one, [...path, "help"], names)
        : readCommand(one, [...path, one.name()], global),
    ),
  };
}

/** commander's own: its argument is a command. */
const readHelpCommand = (
  help: Command,
  path: readonly string[],
  names: readonly string[],
): CompletedCommand => ({
  path,
  summary: help.description(),
  options: [],
  arguments: [{ type: "words", words: names.filter((name) => name !== "help") }],
  isVariadic: false,
  commands: [],
});

const readOption = (option: Option): CompletedOption => ({
  flags: [option.short, option.long].filter((flag) => flag !== undefined),
  description: option.description,
  value: option.required || option.optional ? readOptionValue(option) : undefined,
});

function readOptionValue({ argChoices, flags }: Option): Completes {
  if (argChoices !== undefined) return { type: "words", words: argChoices };
  const [, placeholder = ""] = /[<[](.+?)(?:\.\.\.)?[>\]]$/.exec(flags) ?? [];
  return BY_PLACEHOLDER[placeholder.toLowerCase()] ?? NOTHING;
}

const readArgument = (argument: Argument): Completes =>
  argument.argChoices === undefined
    ? (BY_PLACEHOLDER[argument.name().toLowerCase()] ?? NOTHING)
    : { type: "words", words: argument.argChoices };
