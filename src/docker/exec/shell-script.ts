import { posix } from "node:path";
import { WarmError } from "../../errors.js";

/**
 * A word that a POSIX shell takes as it is, whatever stands in it.
 * @throws WarmError `rejected` for a NUL, which no argument of a program can hold
 */
export function quoteWord(word: string): string {
  if (word.includes("\0")) throw new WarmError("rejected", "a command's word holds a NUL character");
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Builtins that do what the programs of the same name do; all others would do something to the shell. */
const BUILTINS: readonly string[] = ["true", "false", "test", "[", "printf"];

/**
 * A command in a subshell of its own, with nothing to read. Its words are words and no code: `exec` makes sure that
 * the first one names a program, not a builtin such as `eval`.
 * @throws WarmError `rejected` for what is no command or no name of a variable
 */
export function commandScript(
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string {
  const [program = ""] = command;
  if (program === "" || program.startsWith("-"))
    throw new WarmError("rejected", `\`${program}\` is no command`, { hint: "name a program first" });
  const exports = Object.entries(env).map(
    ([name, value]) => `export ${variableName(name)}=${quoteWord(value)}; `,
  );
  const exec = BUILTINS.includes(program) ? "" : "exec ";
  return `(${exports.join("")}${exec}${command.map(quoteWord).join(" ")}) </dev/null`;
}

function variableName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new WarmError("rejected", `\`${name}\` is no name of an environment variable`);
}

/**
 * Writes a file: beside it first and then moved, so that no reader sees a half of it, where there is `mv`. The
 * content goes through `printf`, which every shell has built in; nothing of it is an argument of a program.
 * @param path absolute
 * @param temporary a name for the time being, in the same folder
 * @param mode permission bits; default what the shell gives
 */
export function writeFileScript(
  path: string,
  content: string | Uint8Array,
  temporary: string,
  mode?: number,
): string {
  const parent = posix.dirname(path);
  const [target, beside, folder] = [
    quoteWord(path),
    quoteWord(posix.join(parent, temporary)),
    quoteWord(parent),
  ];
  const write = printScript(content);
  const mask = mode === undefined ? "" : `umask ${octal(0o777 & ~mode)}; `;
  // New files are never executable: only then does it take a program more.
  const change = (file: string) =>
    mode !== undefined && (mode & 0o7111) !== 0 ? ` && chmod ${octal(mode)} ${file}` : "";
  return [
    "(",
    `if [ -d ${target} ]; then echo 'it is a folder' >&2; exit 1; fi`,
    `[ -d ${folder} ] || mkdir -p ${folder} || exit 1`,
    `${mask}if command -v mv >/dev/null; then`,
    // What is mounted as a file cannot be moved over; it can be written to.
    `{ ${write} >${beside}${change(beside)}; } || { rm -f ${beside}; exit 1; }`,
    `mv -f ${beside} ${target} 2>/dev/null || { cat ${beside} >${target} && rm -f ${beside}; } || { rm -f ${beside}; exit 1; }`,
    `else { ${write} >${target}${change(target)}; }`,
    "fi",
    ") </dev/null",
  ].join("\n");
}

/**
 * Writes files where they are to be, in one subshell. A file that is there goes first: whoever may read it must not read
 * its successor. The number of each such file is printed, a line each, counted from 0.
 * @param files absolute path and content
 * @param mode permission bits; none of them executable
 */
export function writeFilesScript(
  files: readonly (readonly [path: string, content: string | Uint8Array])[],
  mode: number,
): string {
  const lines = files.flatMap(([path, content], index) => {
    const [target, folder] = [quoteWord(path), quoteWord(posix.dirname(path))];
    return [
      `[ -d ${folder} ] || (umask 0022; mkdir -p ${folder}) || exit 1`,
      `if [ -e ${target} ]; then printf '${index}\\n'; rm -f ${target} || exit 1; fi`,
      `${printScript(content)} >${target} || exit 1`,
    ];
  });
  return ["(", `umask ${octal(0o777 & ~mode)}`, ...lines, ") </dev/null"].join("\n");
}

/** Makes a folder with its parents. */
export function makeFolderScript(path: string): string {
  const folder = quoteWord(path);
  return `([ -d ${folder} ] || mkdir -p ${folder}) </dev/null`;
}

const octal = (mode: number) => mode.toString(8).padStart(4, "0");

function printScript(content: string | Uint8Array): string {
  const text = typeof content === "string" ? content : decodeText(content);
  if (text !== undefined && !text.includes("\0")) return `printf '%s' ${quoteWord(text)}`;
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  return `printf '%b' '${escapeBytes(bytes)}'`;
}

function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** All but letters, digits and blanks as `\0ooo`, the one way that every `printf '%b'` knows. */
function escapeBytes(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (const byte of bytes) parts.push(ESCAPES[byte] ?? "");
  return parts.join("");
}

const ESCAPES: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const text = String.fromCharCode(byte);
  return /[A-Za-z0-9 ]/.test(text) ? text : `\\0${byte.toString(8).padStart(3, "0")}`;
});
