import type { Command } from "commander";
import { formatBashCompletion } from "../../report/completion/format-bash-completion.js";
import { formatFishCompletion } from "../../report/completion/format-fish-completion.js";
import { formatZshCompletion } from "../../report/completion/format-zsh-completion.js";
import type { CommandContext } from "../command-context.js";
import { listNames } from "../completion/list-names.js";
import { readCommandTree } from "../completion/read-command-tree.js";
import type { Shell } from "../program/completion-commands.js";

const FORMATS = {
  bash: formatBashCompletion,
  zsh: formatZshCompletion,
  fish: formatFishCompletion,
} as const satisfies Record<Shell, unknown>;

/** Prints the script that completes this program's command lines. */
export async function runCompletion(
  { terminal }: CommandContext,
  program: Command,
  shell: Shell,
): Promise<number> {
  terminal.print(FORMATS[shell](readCommandTree(program)));
  return 0;
}

/** What the scripts ask for, a name a line. Whatever goes wrong is nobody's to read while a line is typed: it prints nothing. */
export async function runComplete(
  { terminal, global, cwd }: CommandContext,
  _options: unknown,
  kind: string,
): Promise<number> {
  if (kind !== "resources" && kind !== "pools") return 0;
  const names = await listNames(kind, global.file, cwd).catch(() => []);
  if (names.length > 0) terminal.print(names.join("\n"));
  return 0;
}
