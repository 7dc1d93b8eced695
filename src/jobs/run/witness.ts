import { WarmError } from "../../errors.js";
import type { JobSpec, ParamValue, Witness } from "../../model/job.js";
import { fillText } from "../fill-text.js";

type Params = Readonly<Record<string, ParamValue>>;

/** Waits for one thing to show. */
export interface Watched {
  readonly witness: Witness;
  readonly isSeen: boolean;
  readonly seen: Promise<void>;
  /** A line of the engine, newer than the job's start. */
  take(line: string): void;
  /** It showed in another way. */
  see(): void;
}

/** @param params that the witness's texts may name */
export function watchFor(witness: Witness, params: Params): Watched {
  const matches = witness.type === "log" ? lineMatcher(witness.text, params) : () => false;
  let isSeen = false;
  let settle = () => {};
  const seen = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const see = () => {
    isSeen = true;
    settle();
  };
  return {
    witness,
    get isSeen() {
      return isSeen;
    },
    seen,
    take(line) {
      if (!isSeen && matches(line)) see();
    },
    see,
  };
}

/** Colours and the carriage return of a terminal are no part of what is said. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is taken away
const DECORATION = /\u001b\[[0-9;]*m|\r$/g;
const STARTS_WITH_PARAM = /^\{[A-Za-z_][A-Za-z0-9_]*\}/;
const ENDS_WITH_PARAM = /\{[A-Za-z_][A-Za-z0-9_]*\}$/;

/**
 * A line shows a text that it contains. A parameter at the text's end has to end the line as well, else `world seed: abc`
 * would be shown by the line of another world, `abcd`; one at its start has to begin a word.
 */
function lineMatcher(text: string, params: Params): (line: string) => boolean {
  const wanted = fillText(text, params);
  const endsLine = ENDS_WITH_PARAM.test(text);
  const beginsWord = STARTS_WITH_PARAM.test(text);
  return (raw) => {
    const line = raw.replace(DECORATION, "");
    for (let at = line.indexOf(wanted); at >= 0; at = line.indexOf(wanted, at + 1)) {
      if (endsLine && at + wanted.length !== line.length) continue;
      if (beginsWord && at > 0 && !/\s/.test(line[at - 1] ?? "")) continue;
      return true;
    }
    return false;
  };
}

/**
 * No line of a log can show a value that has several.
 * @throws WarmError `usage`
 */
export function checkWitnesses(pool: string, { confirm, done, outputs }: JobSpec, params: Params): void {
  for (const witness of [confirm, done, ...outputs.map(({ ready }) => ready)]) {
    if (witness?.type !== "log" || !/[\n\r]/.test(fillText(witness.text, params))) continue;
    throw new WarmError(
      "usage",
      `${pool}: no line of the log can show \`${witness.text}\` with a line break in it`,
      {
        hint: "leave the line break out, or have the job confirm by a file",
      },
    );
  }
}
