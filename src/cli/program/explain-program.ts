import type { Command } from "commander";
import { explain, type HelpText } from "./help-text.js";

/** Gives the program itself its help: what holds for every command. @returns the program */
export function explainProgram(program: Command): Command {
  return explain(program, WARM).addHelpText("after", ENVIRONMENT);
}

const WARM: HelpText = {
  summary: "keeps Docker hosts warm",
  details: [
    "You declare in warm.yaml what must be hot, `warm plan` shows what is missing, `warm apply` makes it so, `warm watch` keeps it so.",
  ],
  examples: [
    ["warm init", "a first warm.yaml with comments"],
    ["warm plan", "what is missing on the host"],
    ["warm apply", "make it so"],
    ["warm watch", "keep it so"],
  ],
  exitCodes: [
    ["0", "done"],
    ["1", "an operational error: the host, a registry, an engine, the watcher"],
    ["2", "changes pending (--detailed-exitcode)"],
    ["3", "the file is invalid"],
    ["4", "a guard refused"],
    ["5", "the plan is stale; nothing was done"],
    ["6", "partly applied; a second apply finishes"],
    ["7", "not healthy"],
    ["8", "the project is locked"],
    ["64", "wrong usage"],
    ["130, 143", "interrupted, in good order"],
  ],
};

const ENVIRONMENT = `
Environment:
  DOCKER_HOST, DOCKER_CONTEXT, …    which Docker, as for the docker CLI
  WARM_API, WARM_API_TOKEN          which watcher on the network is asked
  WARM_API_TOKENS                   who may ask a watcher (warm watch --listen)
  NO_COLOR, FORCE_COLOR             whether colours are printed

Start with \`warm init\`. \`warm help plan\` says more of a command.`;
