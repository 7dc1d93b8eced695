import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Terminal } from "../../src/cli/terminal.js";
import type { WarmResult } from "./run-warm.js";

type Build = typeof import("../../src/cli/program.js") &
  typeof import("../../src/errors.js") &
  typeof import("../../src/model/problem.js") &
  typeof import("../../src/report/format-error.js") &
  typeof import("../../src/report/format-problems.js") &
  typeof import("../../src/report/text/style.js");

const modules = [
  "cli/program.js",
  "errors.js",
  "model/problem.js",
  "report/format-error.js",
  "report/format-problems.js",
  "report/text/style.js",
];

/** The build, as the process that `startWarm` starts has it; loaded once per test process. */
async function loadBuild(): Promise<Build> {
  const dist = resolve(import.meta.dirname, "../../dist");
  const loaded = await Promise.all(modules.map((path) => import(pathToFileURL(join(dist, path)).href)));
  return Object.assign({}, ...loaded);
}

/**
 * Runs a command of the built command line in this process, which spares node's start and the loading of its modules.
 * For set-ups and checks only: a test of how the command line begins, ends or takes signals starts a process.
 *
 * @param env all that the command knows of the environment, but for HOME
 */
export async function callWarm(
  args: readonly string[],
  cwd: string,
  env: Record<string, string | undefined>,
): Promise<WarmResult> {
  const build = await loadBuild();
  const output = { stdout: "", stderr: "" };
  const style = build.makeStyle({ color: false });
  const terminal: Terminal = {
    print: (text) => {
      output.stdout += `${text}\n`;
    },
    note: (text) => {
      output.stderr += `${text}\n`;
    },
    out: style,
    err: style,
    columns: Number.POSITIVE_INFINITY,
    isLive: false,
    canAsk: false,
    ask: async () => undefined,
  };
  const startedAt = performance.now();
  let code = 0;
  try {
    const program = build.createProgram({ terminal, env, cwd }, (exitCode) => {
      code = exitCode;
    });
    await program.parseAsync(["node", "warm", ...args]);
  } catch (error) {
    // As dist/cli/main.js ends a command.
    if (error instanceof build.ConfigError) terminal.note(build.formatProblems(error.problems, "text"));
    const failure = build.toWarmError(error);
    terminal.note(build.formatError(failure, style));
    code = failure.exitCode;
  }
  return { code, signal: null, ...output, ms: performance.now() - startedAt };
}
