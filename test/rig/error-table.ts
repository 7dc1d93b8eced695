import { ERROR_GUIDE } from "../../src/error-guide.js";
import { ERROR_CODES, type ErrorCode } from "../../src/errors.js";

const BEGIN = "<!-- errors: made by `npm run docs` -->\n";
const END = "<!-- /errors -->";

/** The README with its table of errors as the code has it. */
export function putErrorTable(readme: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`the README has no place for its table: ${BEGIN}${END}`);
  return `${readme.slice(0, begin)}${BEGIN}\n${formatErrorTable()}\n\n${readme.slice(end)}`;
}

function formatErrorTable(): string {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];
  const rows = codes.map((code) => {
    const { exitCode, retryable } = ERROR_CODES[code];
    const { means, cure } = ERROR_GUIDE[code];
    return [`\`${code}\``, String(exitCode), retryable ? "yes" : "", means, cure];
  });
  const lines = rows.map((cells) => `| ${cells.map(escapeCell).join(" | ")} |`);
  return ["| code | exit | again | means | what to do |", "|---|---|---|---|---|", ...lines].join("\n");
}

const escapeCell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
