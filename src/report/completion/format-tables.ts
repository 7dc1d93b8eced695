import { type CompletedCommand, type Completes, listCommands } from "./completion-tree.js";

/** How a shell writes what the tables consist of. */
export interface Dialect {
  /** A function with one of these bodies for each case; `otherwise` where none fits. */
  readonly makeFunction: (table: Table) => string;
  /** Sets `entries` to lines of a name, a tab, and what it does. */
  readonly setEntries: (lines: readonly string[]) => string;
  /** Sets `kind`. */
  readonly setKind: (kind: string) => string;
  readonly fail: string;
}

export interface Table {
  readonly name: string;
  readonly comment: string;
  /** Of its arguments: what is looked up. */
  readonly subject: "path" | "path and word";
  readonly cases: readonly (readonly [keys: readonly Key[], statements: readonly string[]])[];
  readonly otherwise: readonly string[];
}

/** What is looked up: exactly this, or all that begins with it. */
export interface Key {
  readonly text: string;
  readonly isBeginning?: boolean;
}

/**
 * What completion knows of the command line, as functions of a shell: which commands and options there are below a command,
 * what an option takes, and what an argument is. Texts are those of our own command line.
 */
export function formatTables(root: CompletedCommand, dialect: Dialect): string {
  const all = listCommands(root);
  return [
    commandTable(all, dialect),
    optionTable(all, dialect),
    valueTable(all, dialect),
    argumentTable(all, dialect),
  ]
    .map(dialect.makeFunction)
    .join("\n\n");
}

const keyOf = ({ path }: CompletedCommand): Key => ({ text: path.join(" ") });
const below = ({ path }: CompletedCommand, word: string | number): Key => ({
  text: [...path, word].join(" "),
});

const commandTable = (all: readonly CompletedCommand[], { setEntries }: Dialect): Table => ({
  name: "_warm_commands",
  comment: "The commands below `warm $1`.",
  subject: "path",
  cases: all
    .filter(({ commands }) => commands.length > 0)
    .map((one) => {
      const lines = one.commands.map(({ path, summary }) => toLine(path.at(-1) ?? "", summary));
      return [[keyOf(one)], [setEntries(lines)]];
    }),
  otherwise: [setEntries([])],
});

const optionTable = (all: readonly CompletedCommand[], { setEntries }: Dialect): Table => ({
  name: "_warm_options",
  comment: "The options of `warm $1`.",
  subject: "path",
  cases: all.map((one) => {
    const lines = one.options.flatMap(({ flags, description }) =>
      flags.map((flag) => toLine(flag, description)),
    );
    return [[keyOf(one)], [setEntries(lines)]];
  }),
  otherwise: [setEntries([])],
});

const valueTable = (all: readonly CompletedCommand[], dialect: Dialect): Table => ({
  name: "_warm_takes",
  comment: "What the option $2 of `warm $1` takes; fails where it takes nothing.",
  subject: "path and word",
  cases: all.flatMap((one) =>
    one.options.flatMap(({ flags, value }) =>
      value === undefined
        ? []
        : [[flags.map((flag) => below(one, flag)), toStatements(value, dialect)] as const],
    ),
  ),
  otherwise: [dialect.fail],
});

const argumentTable = (all: readonly CompletedCommand[], dialect: Dialect): Table => ({
  name: "_warm_argument",
  comment: "What the argument of `warm $1` is that follows $2 others.",
  subject: "path and word",
  cases: all.flatMap((one) =>
    one.arguments.map((completes, index) => {
      const isLast = index === one.arguments.length - 1;
      const key = isLast && one.isVariadic ? { ...below(one, ""), isBeginning: true } : below(one, index);
      return [[key], toStatements(completes, dialect)] as const;
    }),
  ),
  otherwise: [],
});

function toStatements(completes: Completes, { setKind, setEntries }: Dialect): readonly string[] {
  if (completes.type !== "words") return [setKind(completes.type)];
  return [setKind("words"), setEntries(completes.words)];
}

/** Completions are told in lists: the first clause of a description will do. */
const toLine = (name: string, description: string) =>
  `${name}\t${description.replaceAll(/\s+/g, " ").split(/[;:] /)[0]}`;
