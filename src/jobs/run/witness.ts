import { WarmError } from "../../errors.js";
import type { JobSpec, ParamValue, Witness } from "../../model/job.js";
import { fillText } from "../fill-text.js";

type Params = Readonly<Record<string, ParamValue>>;

/** Waits for one thing to show. */
export interface Watched {
  readonly witness: Witness;
  readonly isSeen: boolean;
  readonly seen: Promise<void>;
  /** A line of the engine, newer than the job's start. @returns whether it shows it, for the first time or again */
  take(line: string): boolean;
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
      const isShown = matches(line);
      if (isShown && !isSeen) see();
      return isShown;
    },
    see,
  };
}

/** Colours and the carriage return of a terminal are no part of what is said. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is taken away
const DECORATION = /\u001b\[[0-9;]*m|\r$/g;
const PARAM = /\{[A-Za-z_][A-Za-z0-9_]*\}/;
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
    // At the end there is one place: looking for it at all others would take a hostile line's length times the text's.
    const first = endsLine ? Math.max(0, line.length - wanted.length) : 0;
    for (let at = line.indexOf(wanted, first); at >= 0; at = line.indexOf(wanted, at + 1)) {
      if (beginsWord && at > 0 && !/\s/.test(line[at - 1] ?? "")) continue;
      return true;
    }
    return false;
  };
}

/**
 * Shows a line to all that wait for one. The line that confirms a parameter holds its text, which may be anything: it is
 * none of the engine's other words, unless those name a parameter as well.
 */
export function showLine(confirm: Watched | undefined, others: readonly Watched[], line: string): void {
  const isConfirmed = confirm?.take(line) === true;
  for (const one of others) if (!isConfirmed || namesParam(one.witness)) one.take(line);
}

const namesParam = (witness: Witness): boolean => witness.type === "log" && PARAM.test(witness.text);

/**
 * Parameters that the engine's words could not be told from: a line break that no line shows, and texts that stand for
 * something else wherever the engine repeats them.
 * @param errorLogs texts that fail an engine
 * @throws WarmError `usage`
 */
export function checkWitnesses(
  pool: string,
  { confirm, done, outputs }: JobSpec,
  errorLogs: readonly string[],
  params: Params,
): void {
  const words = [done, ...outputs.map(({ ready }) => ready)];
  for (const witness of [confirm, ...words]) {
    if (witness?.type !== "log" || !/[\n\r]/.test(fillText(witness.text, params))) continue;
    throw new WarmError(
      "usage",
      `${pool}: no line of the log can show \`${witness.text}\` with a line break in it`,
      {
        hint: "leave the line break out, or have the job confirm by a file",
      },
    );
  }
  const texts = words.flatMap((word) => (word?.type === "log" && !namesParam(word) ? [word.text] : []));
  for (const [name, value] of Object.entries(params)) {
    const text = [...texts, ...errorLogs].find(
      (one) => one.trim() !== "" && String(value).includes(one.trim()),
    );
    if (text === undefined || typeof value !== "string") continue;
    throw new WarmError(
      "usage",
      `${pool}: \`${name}\` holds \`${text}\`, which in the engine's log means something`,
      {
        hint: "choose another value: the engine's own word could not be told from it",
      },
    );
  }
}
