import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { vi } from "vitest";
import type { Sandbox } from "../rig/sandbox.js";

/** Whether util-linux's `script` is here, which gives a command a terminal of its own. */
export const hasTerminals = /util-linux/.test(
  spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "",
);

export interface TerminalSession {
  /** All that the terminal showed so far, stdout and stderr together, with every escape. */
  screen(): string;
  /** Waits until the terminal has shown this. */
  shows(text: string): Promise<void>;
  /** Presses keys. */
  press(keys: string): void;
  /** Sends the command a signal. */
  signal(signal: NodeJS.Signals): void;
  /** Waits for the end and gives the exit code. */
  end(): Promise<number | null>;
}

export const CTRL_C = "\x03";
export const CTRL_D = "\x04";

/** Runs the built command line on a terminal of 100 columns. */
export function runOnTerminal(
  sandbox: Sandbox,
  args: readonly string[],
  env: Record<string, string> = {},
): TerminalSession {
  const main = resolve("dist/cli/main.js");
  const command = `stty cols 100 rows 30; exec "${process.execPath}" "${main}" ${args.join(" ")}`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: sandbox.dir,
    env: { PATH: process.env.PATH, TERM: "xterm", DOCKER_HOST: `unix://${sandbox.socketPath}`, ...env },
    timeout: 30_000,
  });
  let screen = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (screen += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (screen += text));
  const ended = once(child, "close");
  return {
    screen: () => screen,
    shows: (text) =>
      vi.waitFor(
        () => {
          if (!screen.includes(text)) throw new Error(`\`${text}\` was not shown:\n${screen}`);
        },
        { timeout: 20_000, interval: 20 },
      ),
    signal: (signal) => process.kill(commandOf(child.pid), signal),
    press: (keys) => void child.stdin.write(keys),
    end: async () => (await ended)[0] as number | null,
  };
}

/** `script` becomes the parent of a shell, which becomes the command. */
function commandOf(pid: number | undefined): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]);
}
