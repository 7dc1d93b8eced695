import { ERROR_GUIDE } from "../../src/error-guide.js";
import { ERROR_CODES, type ErrorCode } from "../../src/errors.js";
import { formatMarkdownRow, putSection } from "./put-section.js";

/** The README with its table of errors as the code has it. */
export function putErrorTable(readme: string): string {
  return putSection(readme, "errors", "made by `npm run docs`", formatErrorTable());
}

function formatErrorTable(): string {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];
  const rows = codes.map((code) => {
    const { exitCode, retryable } = ERROR_CODES[code];
    const { means, cure } = ERROR_GUIDE[code];
    return [`\`${code}\``, String(exitCode), retryable ? "yes" : "", means, cure];
  });
  const lines = rows.map(formatMarkdownRow);
  return ["| code | exit | again | means | what to do |", "|---|---|---|---|---|", ...lines].join("\n");
}
