import { makeStyle, type Style } from "../report/text/style.js";

/** Where a command writes and how: results on stdout, all else on stderr. */
export interface Terminal {
  /** A result, with a line feed at its end. */
  print(text: string): void;
  /** Words beside the result: progress, notes, errors. */
  note(text: string): void;
  readonly out: Style;
  readonly err: Style;
  /** Columns of stdout; unlimited where it is no terminal. */
  readonly columns: number;
  /** Whether live lines can be drawn on stderr. */
  readonly isLive: boolean;
  /** Whether a person can be asked. */
  readonly canAsk: boolean;
  /** The answer; undefined when none comes: the input ended, or `cancel` fired. */
  ask(question: string, cancel: AbortSignal): Promise<string | undefined>;
}

export function openTerminal(env: NodeJS.ProcessEnv): Terminal {
  const { stdin, stdout, stderr } = process;
  return {
    print: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    out: makeStyle({ color: hasColor(stdout, env) }),
    err: makeStyle({ color: hasColor(stderr, env) }),
    columns: stdout.isTTY ? stdout.columns : Number.POSITIVE_INFINITY,
    isLive: stderr.isTTY === true && env.TERM !== "dumb" && !env.CI,
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    ask: askOn,
  };
}

async function askOn(question: string, cancel: AbortSignal): Promise<string | undefined> {
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // While a line is edited, Ctrl-C is a key and no signal.
  lines.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  const ended = new Promise<undefined>((resolve) => lines.once("close", () => resolve(undefined)));
  const asking = lines.question(question, { signal: cancel }).catch((error: unknown) => {
    if (cancel.aborted) return undefined;
    throw error;
  });
  const answer = await Promise.race([asking, ended]);
  lines.close();
  if (answer === undefined) process.stderr.write("\n");
  return answer;
}

/** https://no-color.org: set and not empty turns colour off, whatever else holds. */
function hasColor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return stream.isTTY === true && env.TERM !== "dumb";
}
