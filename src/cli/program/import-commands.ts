import { type Command, Option } from "commander";
import type { Action } from "../add-command.js";
import { explain, type HelpText } from "./help-text.js";

/** What writes a file from what runs. */
export function addImportCommands(program: Command, action: Action): void {
  program.commandsGroup("The file:");
  explain(program.command("import"), IMPORT)
    .option("--out <file>", "write it there instead of printing it; never over a file")
    .option("--force", "over a file too")
    .option(
      "--project <name>",
      "the file's project; default the only one that warm has objects of, else cyanprint",
    )
    .option("--prefix <name>", "read what has names that begin so; default the project's, else cyan")
    .addOption(
      new Option("--from <whom>", "whose objects").choices(["all", "cyanprint", "warm"]).default("all"),
    )
    .action(action(async () => (await import("../commands/import.js")).runImport));
}

const IMPORT: HelpText = {
  summary: "write a warm.yaml from what runs on the host; only reads",
  details: [
    "What cyanprint made is known by its label and names, what warm made by what its labels say. The file is always a valid one: what cannot be known stands in it as comments, and is named at the end.",
    "Secrets are never written: a variable that looks like one is taken from warm's environment.",
  ],
  examples: [
    ["warm import --out warm.yaml", "start from what there is; `warm plan` shows the rest"],
    ["warm import --project shop --from warm | diff warm.yaml -", "does the file still say what runs?"],
  ],
  seeAlso: ["init", "plan"],
};
