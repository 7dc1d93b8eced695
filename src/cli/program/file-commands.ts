import { Argument, type Command, Option } from "commander";
import { SCHEMA_NAMES } from "../../config/schema/read-schema.js";
import type { Action } from "../add-command.js";
import { explain, type HelpText } from "./help-text.js";

/** Commands on the file alone. */
export function addFileCommands(program: Command, action: Action): void {
  program.commandsGroup("The file:");
  explain(program.command("init"), INIT).action(
    action(async () => (await import("../commands/init.js")).runInit),
  );
  explain(program.command("validate"), VALIDATE)
    .addOption(
      new Option("--format <format>", "how to tell").choices(["text", "json", "github"]).default("text"),
    )
    .action(action(async () => (await import("../commands/validate.js")).runValidate));
  explain(program.command("schema"), SCHEMA)
    .addArgument(new Argument("[name]", "of what").choices(SCHEMA_NAMES).default("warm"))
    .action(action(async () => (await import("../commands/schema.js")).runSchema));
}

const INIT: HelpText = {
  summary: "write a first warm.yaml with comments; never over an existing file",
  details: [
    "The file validates as it stands, and its comments show what else may be declared. Its images are examples: change them to yours before the first plan.",
  ],
  examples: [
    ["warm init", "warm.yaml in this folder"],
    ["warm init --file deploy/warm.yaml", "another file, in a folder that is there"],
  ],
  exitCodes: [["64", "the file is there already, or cannot be written"]],
  seeAlso: ["validate", "schema", "doctor"],
};

const VALIDATE: HelpText = {
  summary: "check the file and tell every problem at once; speaks to no Docker",
  details: [
    "Checks the syntax, the shape (what the JSON Schema says), the rules between keys, the files that it names, and that its secrets are there. Every problem has a line, a column and what to do. Problems are the result, on standard output.",
    "It does not ask whether images exist or the host can be reached: `warm doctor` does.",
  ],
  examples: [
    ["warm validate", "for people"],
    ["warm validate --format github", "as annotations of a workflow on GitHub"],
    ["warm validate --file staging.yaml --format json | jq .problems", "for tools"],
  ],
  exitCodes: [
    ["0", "the file is valid"],
    ["3", "it has problems"],
  ],
  seeAlso: ["schema", "plan", "doctor"],
};

const SCHEMA: HelpText = {
  summary: "print a JSON Schema",
  details: [
    "That of warm.yaml is what the file is checked against, and what editors complete and check with. That of the plan document is for tools that read `warm plan --format json`.",
  ],
  examples: [
    ["warm schema > warm.schema.json", "for an editor"],
    ["warm schema plan > plan.schema.json", "for a tool that reads plans"],
  ],
  seeAlso: ["validate", "init"],
};
