import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { WarmError } from "../../errors.js";
import { makeVisible } from "../../report/text/make-visible.js";
import { formatCount } from "../../report/text/units.js";
import type { Params } from "./read-params.js";

/** Parameters by line, and how many lines had none. */
export interface EachFile {
  readonly params: readonly Params[];
  readonly skipped: number;
}

/** What one line gives; a text says what is wrong with it. */
type ReadLine = (line: string) => Params | string;

/** A file full of mistakes is not answered with a book. */
const MOST = 20;
const LINE_FEED = 0x0a;

/** Whether each line of the file names its parameters itself. */
export const hasObjects = (file: string): boolean => file.endsWith(".jsonl");

/**
 * The jobs that a file asks for, one a line: a value for `param`, or in a `.jsonl` file an object of parameters. Empty lines
 * are skipped; a line may end in CRLF. A value is all of its line, spaces too.
 * @param file `-`: standard input
 * @throws WarmError `usage` with file and line of everything that is wrong
 */
export async function readEach(file: string, param: string | undefined, cwd: string): Promise<EachFile> {
  const name = makeVisible(file === "-" ? "standard input" : file);
  const bytes = await readBytes(file, name, cwd);
  const readLine: ReadLine = param === undefined ? readObject : (line) => ({ [param]: line });
  const params: Params[] = [];
  const problems: string[] = [];
  let skipped = 0;
  for (const [index, line] of splitLines(bytes).entries()) {
    const text = decode(line);
    if (text === "" || (param === undefined && text?.trim() === "")) {
      skipped += 1;
      continue;
    }
    const read = text === undefined ? "is no UTF-8" : readLine(text);
    if (typeof read === "string") problems.push(`${name}:${index + 1}: ${read}`);
    else params.push(read);
  }
  if (problems.length > 0) throw refuse(problems, param);
  if (params.length === 0) throw new WarmError("usage", `${name} names no job: it has no line with a value`);
  return { params, skipped };
}

async function readBytes(file: string, name: string, cwd: string): Promise<Buffer> {
  try {
    return file === "-" ? await buffer(process.stdin) : await readFile(resolve(cwd, file));
  } catch (cause) {
    const { message } = cause as NodeJS.ErrnoException;
    throw new WarmError("usage", `cannot read ${name}: ${makeVisible(message)}`, { cause });
  }
}

/** Without their ends; what follows the last line feed is a line only if there is something. */
function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const at = bytes.indexOf(LINE_FEED, start);
    const end = at === -1 ? bytes.length : at;
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines.map((line, index) => withoutMark(withoutReturn(line), index));
}

const withoutReturn = (line: Buffer) => (line.at(-1) === 0x0d ? line.subarray(0, -1) : line);
/** Some editors begin a file with a byte order mark. */
const withoutMark = (line: Buffer, index: number) =>
  index === 0 && line.subarray(0, 3).equals(BYTE_ORDER_MARK) ? line.subarray(3) : line;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

function decode(line: Buffer): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
  } catch {
    return undefined;
  }
}

function readObject(line: string): Params | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "is no JSON";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return "is no JSON object of parameters";
  const wrong = Object.entries(value).find(
    ([, one]) => !["string", "number", "boolean"].includes(typeof one),
  );
  return wrong === undefined
    ? (value as Params)
    : `${makeVisible(wrong[0])}: is neither a text nor a number nor true or false`;
}

function refuse(problems: readonly string[], param: string | undefined): WarmError {
  const more = problems.length - MOST;
  const shown = [
    ...problems.slice(0, MOST),
    ...(more > 0 ? [`and ${formatCount(more, "more problem")}`] : []),
  ];
  const hint =
    param === undefined
      ? 'write one JSON object a line, such as `{"seed": "MySeed"}`'
      : "save the file as UTF-8, one value a line";
  return new WarmError("usage", shown.join("\n"), { hint });
}
