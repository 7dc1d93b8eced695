import { WarmError } from "../../errors.js";
import type { JobDriver, ParamValue } from "../../model/job.js";
import { fillText } from "../fill-text.js";
import { HOST_VARIABLE } from "../host-commands/run-host-command.js";
import { LONGEST_COMMAND } from "./rcon-packet.js";

type Params = Readonly<Record<string, ParamValue>>;
type Fill = (text: string) => string;

/** What a driver cannot carry, in the words behind "the parameter". */
interface Limit {
  readonly characters: RegExp;
  readonly why: string;
  readonly hint: string;
}

const HALF: Limit = {
  characters: /\p{Surrogate}/u,
  why: "holds half of a surrogate pair, which has no UTF-8",
  hint: "give it as valid Unicode",
};
const LINE: Limit = {
  characters: /[\p{Cc}\u2028\u2029]/u,
  why: "holds a line break or another control character, and the engine is told by one line",
  hint: "leave it out, or use the driver `exec`, whose arguments may hold line breaks",
};
const NUL: Limit = {
  characters: /\0/,
  why: "holds a NUL, which no argument and no variable can hold",
  hint: "leave it out",
};

/** Linux's MAX_ARG_STRLEN, with the NUL behind it. */
const LONGEST_WORD = 128 * 1024 - 1;
const PARAM = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/**
 * Checks before any lease that the driver can carry the parameters as they are.
 * @param fill puts parameters into a text
 * @throws WarmError `usage` that names the parameter and why not
 */
export function checkFit(driver: JobDriver, fill: Fill, params: Params): void {
  checkCharacters(Object.keys(params), params, HALF);
  switch (driver.type) {
    case "console":
      checkLine(driver.command, fill, params);
      // Into a pipe it goes as an argument of a shell's.
      if (driver.fifo !== undefined) checkSize(driver.command, driver.command, fill, LONGEST_WORD);
      break;
    case "rcon":
      checkLine(driver.command, fill, params);
      checkSize(driver.command, driver.command, fill, LONGEST_COMMAND);
      break;
    case "exec":
      checkWords(driver.command, fill, params);
      break;
    case "restart":
      checkWords(driver.command ?? [], fill, params);
      checkEnv(driver.env, fill, params);
      break;
    case "signal":
      checkEnv(driver.env, fill, params);
      break;
    case "http":
      break;
    default:
      driver satisfies never;
  }
}

/**
 * Checks what a command on warm's host is given, before an engine has worked for it in vain: its arguments, and the
 * parameters as its variables.
 * @throws WarmError `usage` that names the parameter and why not
 */
export function checkHostCommand(command: readonly string[], params: Params): void {
  const fill: Fill = (text) => fillText(text, params);
  checkWords(command, fill, params);
  const variables = Object.keys(params).map((name) => [`${HOST_VARIABLE}${name.toUpperCase()}`, `{${name}}`]);
  checkEnv(Object.fromEntries(variables), fill, params);
}

function checkLine(command: string, fill: Fill, params: Params): void {
  checkCharacters(namesIn(command), params, LINE);
  if (LINE.characters.test(fill(command)))
    throw unfit("the job's `command`", LINE.why, "write it as one line");
}

function checkWords(command: readonly string[], fill: Fill, params: Params): void {
  for (const [index, text] of command.entries()) {
    checkCharacters(namesIn(text), params, NUL);
    checkSize(text, text, fill, LONGEST_WORD);
    const first = /^\{([A-Za-z_][A-Za-z0-9_]*)\}/.exec(text)?.[1] ?? "";
    const value = Object.hasOwn(params, first) ? params[first] : undefined;
    const isOption = typeof value === "string" && value.startsWith("-");
    if (!isOption || command.slice(0, index).includes("--")) continue;
    throw unfit(
      `the parameter \`${first}\``,
      "begins with a dash, and the program would take it for an option",
      `put \`--\` before \`${text}\` in the job's command, or something in front of it such as \`--${first}=${text}\``,
    );
  }
}

function checkEnv(env: Readonly<Record<string, string>>, fill: Fill, params: Params): void {
  for (const [name, text] of Object.entries(env)) {
    checkCharacters(namesIn(text), params, NUL);
    // A program that is given it gets both as one word.
    checkSize(text, `${name}=${text}`, fill, LONGEST_WORD);
  }
}

function checkCharacters(names: readonly string[], params: Params, { characters, why, hint }: Limit): void {
  for (const name of names) {
    const value = params[name];
    if (typeof value === "string" && characters.test(value))
      throw unfit(`the parameter \`${name}\``, why, hint);
  }
}

/** @param text names the parameters to blame @param whole what has the limit, not filled in yet */
function checkSize(text: string, whole: string, fill: Fill, maxBytes: number): void {
  const bytes = Buffer.byteLength(fill(whole));
  if (bytes <= maxBytes) return;
  const names = namesIn(text).map((name) => `\`${name}\``);
  const what = names.length === 0 ? "the job's command" : `the parameter ${names.join(", ")}`;
  const why = `is too long: with it \`${text.slice(0, 60)}\` has ${bytes} bytes, ${maxBytes} is the most that can be sent`;
  throw unfit(what, why, "lower its `maxLength`, or use another driver: `http` has no limit");
}

const namesIn = (text: string) => [...text.matchAll(PARAM)].map(([, name = ""]) => name);

const unfit = (what: string, why: string, hint: string) => new WarmError("usage", `${what} ${why}`, { hint });
