import { type Command, Help, type HelpConfiguration } from "commander";

/** What a command says of itself. Plain strings: the start of every command pays for them. */
export interface HelpText {
  /** One line without a full stop, for the list of commands; the command's own help begins with it. */
  readonly summary: string;
  /** Paragraphs: what it does, and what it does not do. */
  readonly details?: readonly string[];
  /** A command line that can be typed, and what it is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  /** Those of its own: what every command may exit with is told by `warm --help`. */
  readonly exitCodes?: readonly (readonly [code: string, meaning: string])[];
  /** Command lines without `warm`. */
  readonly seeAlso?: readonly string[];
}

/** Gives a command its help. @returns the command */
export function explain(command: Command, help: HelpText): Command {
  const { summary, details = [] } = help;
  return command
    .summary(summary)
    .description([toSentence(summary), ...details].join("\n\n"))
    .addHelpText("after", formatHelpEnd(help));
}

/** What follows the options: examples, exit codes, where to read on. */
function formatHelpEnd({ examples, exitCodes = [], seeAlso = [] }: HelpText): string {
  const width = Math.max(...exitCodes.map(([code]) => code.length));
  const sections = [
    ["Examples:", ...examples.flatMap(([line, purpose]) => [`  # ${purpose}`, `  ${line}`])],
    ["Exit codes:", ...exitCodes.map(([code, meaning]) => `  ${code.padEnd(width)}  ${meaning}`)],
    ["See also:", ...(seeAlso.length === 0 ? [] : [`  ${seeAlso.map((name) => `warm ${name}`).join(", ")}`])],
  ];
  return sections
    .filter((lines) => lines.length > 1)
    .map((lines) => `\n${lines.join("\n")}`)
    .join("\n");
}

const toSentence = (summary: string) => `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;

/** Registers options under a heading of their own in the help. @returns the command */
export function inGroup(command: Command, heading: string, register: (command: Command) => Command): Command {
  register(command.optionsGroup(heading));
  // Else it would be the heading of all that is registered later.
  command.optionsGroup("");
  return command;
}

const OWN_OPTIONS = "Options:";

/** How every command's help is laid out. */
export const helpLayout: HelpConfiguration = {
  showGlobalOptions: true,
  sortSubcommands: false,
  subcommandTerm: (command) => new Help().subcommandTerm(command).replace(" [options]", ""),
  /** A command's own options come first, in whichever order they were registered. */
  groupItems(all, visible, groupOf) {
    const headings = new Set([OWN_OPTIONS, ...all.map(groupOf), ...visible.map(groupOf)]);
    return new Map(
      [...headings].map((heading) => [heading, visible.filter((one) => groupOf(one) === heading)]),
    );
  },
};
