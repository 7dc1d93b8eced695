/** Controls, invisible format characters (bidi overrides, zero widths), lone surrogates and line separators. */
export const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Text from a config, a daemon or a container as one line that cannot drive the terminal: what would act on it
 * is shown as an escape, `\x1b` or `\u202e`. To be called before a style paints the text.
 */
export function makeVisible(text: string): string {
  return text.replace(UNSAFE, (character) => SHORT[character] ?? toEscape(character.codePointAt(0) ?? 0));
}

function toEscape(codePoint: number): string {
  const hex = codePoint.toString(16);
  if (codePoint < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return codePoint < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
}

const COLOUR_CODES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;:]*m`, "g");

/** A container's log line: its colours are dropped and tabs become spaces, since programs mean no harm by them. */
export function makeLogLineVisible(line: string): string {
  return makeVisible(line.trimEnd().replace(COLOUR_CODES, "").replaceAll("\t", "  "));
}
