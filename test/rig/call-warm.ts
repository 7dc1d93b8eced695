import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Terminal } from "../../src/cli/terminal.js";
import { makeStyle } from "../../src/report/text/style.js";
import type { WarmResult } from "./run-warm.js";

/** Of the build, as the process that `startWarm` starts has it; loaded once per test process. */
async function loadBuild(): Promise<typeof import("../../src/cli/run-command-line.js")> {
  return import(pathToFileURL(resolve(import.meta.dirname, "../../dist/cli/run-command-line.js")).href);
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
  const { runCommandLine } = await loadBuild();
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
  const code = await runCommandLine(["node", "warm", ...args], { terminal, env, cwd });
  return { code, signal: null, ...output, ms: performance.now() - startedAt };
}
