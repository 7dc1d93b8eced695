import type { Problem } from "../model/problem.js";
import { formatJson } from "./text/format-json.js";
import { makeVisible } from "./text/make-visible.js";

export type ProblemFormat = "text" | "json" | "github";

const MAX_EXCERPT_WIDTH = 100;

/**
 * The problems of a file: as text with the line and a caret, as one line of JSON, or as the annotations of a GitHub
 * workflow. What comes from the file is printed harmlessly: no control character of it reaches a terminal.
 */
export function formatProblems(problems: readonly Problem[], format: ProblemFormat): string {
  switch (format) {
    case "text":
      return problems.map(formatText).join("\n\n");
    case "json":
      return formatJson({ valid: problems.length === 0, problems }, 0);
    case "github":
      return problems.map(formatAnnotation).join("\n");
    default:
      return format satisfies never;
  }
}

function formatText(problem: Problem): string {
  const { file, line, column, field, message, hint, excerpt } = problem;
  const where = `${file}:${line}:${column}${field === "" ? "" : ` ${field}`}`;
  const gutter = String(line);
  const lines = [
    makeVisible(`${where}: ${message}`),
    ...(excerpt === undefined ? [] : quoteLine(excerpt, column, gutter)),
    ...(hint === undefined ? [] : [`${" ".repeat(gutter.length + 2)}hint: ${makeVisible(hint)}`]),
  ];
  return lines.join("\n");
}

/** The line behind its number, and a caret below the column; a long line is cut around the caret. */
function quoteLine(excerpt: string, column: number, gutter: string): string[] {
  const characters = Array.from(makeVisible(excerpt));
  const caret = Array.from(makeVisible(excerpt.slice(0, column - 1))).length;
  const { start, end } = chooseWindow(characters.length, caret);
  const before = start > 0 ? "…" : "";
  const after = end < characters.length ? "…" : "";
  const shown = `${before}${characters.slice(start, end).join("")}${after}`;
  const indent = " ".repeat(before.length + Math.max(0, caret - start));
  return [`  ${gutter} | ${shown}`, `  ${" ".repeat(gutter.length)} | ${indent}^`];
}

function chooseWindow(length: number, caret: number): { start: number; end: number } {
  if (length <= MAX_EXCERPT_WIDTH) return { start: 0, end: length };
  const latest = length - MAX_EXCERPT_WIDTH;
  const start = Math.min(Math.max(0, caret - MAX_EXCERPT_WIDTH / 2), latest);
  return { start, end: start + MAX_EXCERPT_WIDTH };
}

/** A workflow command of GitHub Actions; its properties need more escaping than its message. */
function formatAnnotation({ file, line, column, field, rule, message, hint }: Problem): string {
  const text = `${field === "" ? "" : `${field}: `}${message}${hint === undefined ? "" : `\nhint: ${hint}`}`;
  const title = `${rule}${field === "" ? "" : ` at ${field}`}`;
  const properties = `file=${escapeProperty(file)},line=${line},col=${column},title=${escapeProperty(title)}`;
  return `::error ${properties}::${escapeMessage(text)}`;
}

function escapeMessage(text: string): string {
  return makeVisible(text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A"));
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
