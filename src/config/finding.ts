import { ConfigError, type Problem } from "../model/problem.js";
import { type Position, type Positions, placeOf } from "./file/positions.js";

/** What is wrong, found by which rule, and what to do: the hint is no option. */
export interface Words {
  readonly rule: string;
  readonly message: string;
  readonly hint: string;
}

/** A problem before it knows its file. */
export interface Finding extends Words {
  readonly position: Position;
  readonly field: string;
}

const FILE_ITSELF: Position = { line: 1, column: 1 };
const MAX_PROBLEMS = 100;
/** Longer lines are not written by people, and a hundred copies of them help nobody. */
const MAX_EXCERPT_LENGTH = 2_000;

/** A finding about the file as a whole. */
export function findingAboutFile(rule: string, message: string, hint: string): Finding {
  return { position: FILE_ITSELF, field: "", rule, message, hint };
}

/** A finding at the key or the value that `pointer` names. */
export function findingAt(positions: Positions, pointer: string, at: "key" | "value", words: Words): Finding {
  const place = placeOf(positions, pointer);
  return { ...words, position: place[at], field: place.field };
}

/**
 * The error that reports all findings in the order of their positions: the first 100, and how many more there are.
 * @param text the file's text, for the excerpts; empty when it could not be read
 */
export function configError(file: string, text: string, findings: readonly Finding[]): ConfigError {
  const sorted = findings.toSorted(
    ({ position: a }, { position: b }) => a.line - b.line || a.column - b.column,
  );
  const shown = sorted.slice(0, MAX_PROBLEMS);
  const firstHidden = sorted[MAX_PROBLEMS];
  if (firstHidden !== undefined) shown.push(summarizeRest(firstHidden, sorted.length - MAX_PROBLEMS));
  const lines = text === "" ? [] : text.split(/\r?\n/);
  const problems = shown.map(({ position, ...finding }): Problem => {
    const line = lines[position.line - 1];
    const excerpt = line === undefined || line === "" || line.length > MAX_EXCERPT_LENGTH ? undefined : line;
    return { file, ...position, ...finding, excerpt };
  });
  return new ConfigError(file, problems);
}

function summarizeRest(firstHidden: Finding, count: number): Finding {
  return {
    position: firstHidden.position,
    field: "",
    rule: "more-problems",
    message: `${count} more ${count === 1 ? "problem is" : "problems are"} not shown, from this line on`,
    hint: "correct the problems above first",
  };
}
