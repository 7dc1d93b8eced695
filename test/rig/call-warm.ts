import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Terminal } from "../../src/cli/terminal.js";
import type { WarmResult } from "./run-warm.js";

/** Of the build, like the process that `startWarm` starts; loaded once per test process. */
async function loadBuild() {
  const load = (path: string) => import(pathToFileURL(resolve(import.meta.dirname, "../../dist", path)).href);
  const [program, errors, format, style]: [
    typeof import("../../src/cli/program.js"),
    typeof import("../../src/errors.js"),
    typeof import("../../src/report/format-error.js"),
    typeof import("../../src/report/text/style.js"),
  ] = await Promise.all([
    load("cli/program.js"),
    load("errors.js"),
    load("report/format-error.js"),
    load("report/text/style.js"),
  ]);
  return { ...program, ...errors, ...format, ...style };
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
  const { createProgram, toWarmError, formatError, makeStyle } = await loadBuild();
  const output = { stdout: "", stderr: "" };
  const style = makeStyle({ color: false });
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
    const program = createProgram({ terminal, env, cwd }, (exitCode) => {
      code = exitCode;
    });
    await program.parseAsync(["node", "warm", ...args]);
  } catch (error) {
    const failure = toWarmError(error);
    terminal.note(formatError(failure, style));
    code = failure.exitCode;
  }
  return { code, signal: null, ...output, ms: performance.now() - startedAt };
}
