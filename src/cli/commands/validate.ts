import { loadConfig } from "../../config/load-config.js";
import { ConfigError } from "../../model/problem.js";
import { formatProblems, type ProblemFormat } from "../../report/format-problems.js";
import { makeVisible } from "../../report/text/make-visible.js";
import type { CommandContext } from "../command-context.js";

/** Exits 0 or 3. Problems are the result here, so they go to stdout. */
export async function runValidate(
  { global, terminal, cwd, env }: CommandContext,
  { format }: { readonly format: ProblemFormat },
): Promise<number> {
  try {
    const { notes } = await loadConfig({ path: global.file, cwd, env });
    if (format === "json") terminal.print(formatProblems([], "json"));
    if (format === "text") terminal.print([`${global.file} is valid.`, ...notes].map(makeVisible).join("\n"));
    return 0;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    terminal.print(formatProblems(error.problems, format));
    if (format === "text") terminal.note(error.message);
    return error.exitCode;
  }
}
