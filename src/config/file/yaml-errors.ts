import type { YAMLError } from "yaml";
import type { Finding } from "../finding.js";
import type { Position } from "./positions.js";

type YamlErrorCode = YAMLError["code"];

/** What to do about a syntax error; the parser's own message says what it is. */
const HINTS: Partial<Record<YamlErrorCode, string>> = {
  BAD_ALIAS: "quote a text that starts with `&` or `*`",
  BAD_DIRECTIVE: "remove the `%` line, or quote a text that starts with `%`",
  BAD_DQ_ESCAPE: "double the backslash, or use single quotes",
  BAD_INDENT: "indent this line like its neighbours",
  BAD_SCALAR_START: "quote the text",
  BLOCK_AS_IMPLICIT_KEY: "quote a value that has `: ` in it, or put the key on a line of its own",
  BLOCK_IN_FLOW: "inside of `{ }` and `[ ]`, write nested values in brackets too",
  KEY_OVER_1024_CHARS: "write `key: value`, the key shorter than 1024 characters",
  MISSING_CHAR: "put a `:` and a space after a key, and a `,` between items",
  MULTILINE_IMPLICIT_KEY: "put a `:` after the key, or quote the text",
  MULTIPLE_DOCS: "keep one document: remove the `---` and what follows",
  RESOURCE_EXHAUSTION: "close the brackets, or correct the indentation",
  TAB_AS_INDENT: "indent with spaces",
  TAG_RESOLVE_FAILED: "remove the `!…` tag",
  UNEXPECTED_TOKEN: "quote the text, or check the brackets and the indentation around it",
};

/** The parser's messages that speak of its own insides, in the words of the file. */
const MESSAGES: Partial<Record<YamlErrorCode, string>> = {
  MULTIPLE_DOCS: "the file holds more than one YAML document",
  RESOURCE_EXHAUSTION: "nested too deeply",
  TAB_AS_INDENT: "a tab is used as indentation",
  BLOCK_AS_IMPLICIT_KEY: "a second `key: value` on one line",
  MULTILINE_IMPLICIT_KEY: "a key without a `:`, or a text that goes over the end of its line",
};

/** The parser's word for a bracket or quote that is open at the end of the file, or of its block. */
const UNCLOSED = /^(?:Missing closing |Flow .* end with a )(.)/;
const MAX_MESSAGE_LENGTH = 200;

/** A syntax error as a finding; `rule` is `yaml-` and the parser's code, `yaml-bad-indent`. */
export function explainYamlError(
  error: YAMLError,
  text: string,
  positionOf: (offset: number) => Position,
): Finding {
  const unclosed = UNCLOSED.exec(error.message)?.[1];
  const rule = `yaml-${error.code.toLowerCase().replaceAll("_", "-")}`;
  // At the end of a file there is no line to show: the last one with text is nearer to the mistake.
  const position = positionOf(Math.min(error.pos[0], text.trimEnd().length));
  if (unclosed !== undefined) {
    const message = `a \`${unclosed}\` is missing, here or further up`;
    return { position, field: "", rule, message, hint: "close the quote or bracket" };
  }
  const message = MESSAGES[error.code] ?? lowerFirst(error.message.slice(0, MAX_MESSAGE_LENGTH));
  return {
    position,
    field: "",
    rule,
    message,
    hint: HINTS[error.code] ?? "correct the YAML of this line",
  };
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
