import { Argument, type Command } from "commander";
import type { Action } from "../add-command.js";
import type { CommandContext } from "../command-context.js";
import { explain, type HelpText } from "./help-text.js";

const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** Completion of command lines in a shell. */
export function addCompletionCommands(program: Command, action: Action): void {
  program.commandsGroup("");
  explain(program.command("completion"), COMPLETION)
    .addArgument(new Argument("<shell>", "for which one").choices(SHELLS))
    .action(
      action(async () => {
        const { runCompletion } = await import("../commands/completion.js");
        return (context: CommandContext, _options: unknown, shell: Shell) =>
          runCompletion(context, program, shell);
      }),
    );
  program
    .command("__complete", { hidden: true })
    .description("print names that the file declares, for completion scripts")
    .argument("<kind>", "resources or pools")
    .action(action(async () => (await import("../commands/completion.js")).runComplete));
}

const COMPLETION: HelpText = {
  summary: "print a script that completes command lines in a shell",
  details: [
    "It completes commands, options and their values, files, and the names that the file declares: addresses of resources, and pools. For names it asks warm, which reads the file and nothing else.",
  ],
  examples: [
    ["source <(warm completion bash)", "in bash; for good as a line of ~/.bashrc"],
    ["source <(warm completion zsh)", "in zsh; for good as a line of ~/.zshrc below compinit"],
    ["warm completion fish > ~/.config/fish/completions/warm.fish", "in fish, for good"],
  ],
};
