/** What stands at a place of the command line. */
export type Completes =
  | { readonly type: "nothing" }
  | { readonly type: "files" }
  | { readonly type: "folders" }
  | { readonly type: "words"; readonly words: readonly string[] }
  /** Names that the file declares: the shell asks `warm __complete`. */
  | { readonly type: NamesOfFile };

export type NamesOfFile = "resources" | "pools";

export interface CompletedOption {
  /** `-f` and `--file`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Undefined for a switch. */
  readonly value: Completes | undefined;
}

export interface CompletedCommand {
  /** Without `warm`: `["lock", "status"]`. */
  readonly path: readonly string[];
  readonly summary: string;
  /** Its own, and those of every command. */
  readonly options: readonly CompletedOption[];
  readonly arguments: readonly Completes[];
  /** Whether the last argument may be repeated. */
  readonly isVariadic: boolean;
  readonly commands: readonly CompletedCommand[];
}

/** A command and all below it. */
export function listCommands(command: CompletedCommand): readonly CompletedCommand[] {
  return [command, ...command.commands.flatMap(listCommands)];
}
