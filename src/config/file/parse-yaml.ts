import { isScalar, Lexer, LineCounter, parseDocument } from "yaml";
import { type Finding, findingAboutFile } from "../finding.js";
import type { Position } from "./positions.js";
import { type ParsedYaml, readTree } from "./read-tree.js";
import { explainYamlError } from "./yaml-errors.js";

/** Bounds the parser's time to some two seconds; enough for 10 000 templates. */
const MAX_TOKENS = 400_000;

/**
 * Parses YAML 1.2 into a tree of plain data (aliases expanded, keys as written) with the place of every value.
 * Merge keys and tags of other types are not part of the format. Never throws.
 */
export function parseYaml(text: string): ParsedYaml {
  const refused = refuseText(text);
  if (refused !== undefined) return { value: undefined, positions: new Map(), findings: [refused] };

  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    version: "1.2",
    schema: "core",
    merge: false,
    // Else `!!binary`, `!!set` and `!!omap` make values that no field has.
    resolveKnownTags: false,
    prettyErrors: false,
    // Quadratic in the parser, so the tree's reader looks for duplicates.
    uniqueKeys: false,
  });
  const positionOf = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  const syntax = [...document.errors, ...document.warnings].map((error) =>
    explainYamlError(error, text, positionOf),
  );
  if (syntax.length > 0) return { value: undefined, positions: new Map(), findings: syntax };
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    const finding = findingAboutFile("empty", "the file is empty", "write one with `warm init`");
    return { value: undefined, positions: new Map(), findings: [finding] };
  }
  return readTree(document.contents, positionOf);
}

function refuseText(text: string): Finding | undefined {
  const nul = text.indexOf("\0");
  if (nul !== -1) {
    const before = text.slice(0, nul).split("\n");
    const position = { line: before.length, column: (before.at(-1) ?? "").length + 1 };
    const message = "the file has a NUL byte";
    return { position, field: "", rule: "nul-byte", message, hint: "save the file as UTF-8 text" };
  }
  if (!hasTooManyTokens(text)) return undefined;
  return findingAboutFile(
    "too-large",
    `the file has more than ${MAX_TOKENS} YAML tokens`,
    "split the project",
  );
}

function hasTooManyTokens(text: string): boolean {
  if (text.length <= MAX_TOKENS) return false;
  let count = 0;
  for (const _token of new Lexer().lex(text)) {
    count += 1;
    if (count > MAX_TOKENS) return true;
  }
  return false;
}
