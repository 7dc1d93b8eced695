import { type Command, Option } from "commander";
import { type Action, addStateDir } from "../add-command.js";
import { collect } from "../option-values.js";
import { explain, type HelpText } from "./help-text.js";

/** What shows a file or a plan as a picture. */
export function addPictureCommands(program: Command, action: Action): void {
  program.commandsGroup("Look:");
  addStateDir(explain(program.command("graph"), GRAPH))
    .addOption(
      new Option("--format <format>", "mermaid, which GitHub draws, or svg")
        .choices(["mermaid", "svg"])
        .default("mermaid"),
    )
    .option(
      "--plan <file>",
      "draw a plan that was saved with `plan --out` or printed with `plan --format json`",
    )
    .addOption(new Option("--current", "plan now, and draw that; only reads").conflicts("plan"))
    .option(
      "--target <address>",
      "only what belongs to this: it, what it needs, what needs it (repeatable)",
      collect,
    )
    .option("--out <file>", "write it there instead of printing it")
    .action(action(async () => (await import("../commands/graph.js")).runGraph));
}

const GRAPH: HelpText = {
  summary: "draw what the file declares and what waits for what, or a plan",
  details: [
    "Without options only the file is read: no host, no secrets. Of a plan, what changes is coloured and marked by its action, and what it depends on is dimmed.",
  ],
  examples: [
    ["warm graph --format svg --out warm.svg", "the whole file"],
    ["warm graph --plan plan.json", "what `warm plan --out plan.json` would change"],
    ["warm graph --current --target volume.cyan-hello", "what there is to do about one thing"],
  ],
  seeAlso: ["plan", "explain"],
};
